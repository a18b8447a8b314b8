# From the adapter protocol's objects to HAProxy's words. Measured on HAProxy 2.6.

# A configured second lasts so many real ms; HAProxy takes whole ones.
def scaled($seconds; $scale): [1, ($seconds * $scale | round)] | max;

def service: .configuration.backendServices[0];

# HAProxy has 16 points a weight on its hash ring: the more, the nearer the shares to the weights. 256 is its limit.
def factor($scheduling; $instances):
  if $scheduling == "source-ip" then ([256 / ([$instances[].weight, 1] | max) | floor, 1] | max) else 1 end;

# What is kept of a deployment between two questions.
def settings:
  service as $s | .realMsPerSecond as $scale | {
    scheduling: $s.scheduling,
    port: $s.port,
    persistenceMs: (if $s.sessionPersistence.enabled // false
      then scaled($s.sessionPersistence.durationSeconds // 1440; $scale.persistence) else 0 end),
    check: ($s.healthCheck | {method, port, path: (.path // "/"), unhealthyThreshold, healthyThreshold}
      + {codes: [(.normalStatusCodes // [])[] | .[0:1] | "\(.)00-\(.)99"] | join(",")}),
    timeoutMs: scaled($s.healthCheck.timeoutSeconds; $scale.checks),
    intervalMs: scaled($s.healthCheck.intervalSeconds; $scale.checks)
  };

# `server` words of the configuration and of `add server`.
def server($settings; $factor):
  "\(.name) \(.address):\(.port // $settings.port) id \(.id) weight \(.weight * $factor) check"
  + (if $settings.check.port then " port \($settings.check.port)" else "" end)
  + " inter \($settings.intervalMs)ms rise \($settings.check.healthyThreshold) fall \($settings.check.unhealthyThreshold)";

# Out of maintenance a server is one failure away from down: its health is set, so that thresholds count from full.
def entering: "set server be/\(.name) state ready", "set server be/\(.name) health up";

def numbered: to_entries | map(.value + {id: (.key + 1), state: "in"});

def balance:
  {"weighted-round-robin": "balance roundrobin",
   "weighted-least-connections": "balance leastconn",
   "source-ip": "balance source\n  hash-type consistent"}[.];

# deploy: its params + {endpointPort, adminPort} → haproxy.cfg
def configuration:
  settings as $s | (.instances | numbered) as $servers | factor($s.scheduling; $servers) as $factor
  | "global
  nbthread 1
  stats socket ipv4@127.0.0.1:\(.adminPort) level admin
defaults
  mode tcp
  timeout connect \($s.timeoutMs)ms
  timeout client 2h
  timeout server 2h
  option redispatch 1
frontend fe
  bind 127.0.0.1:\(.endpointPort)
  default_backend be
backend be
  \($s.scheduling | balance)
\(if $s.persistenceMs > 0 then "  stick-table type ip size 100k expire \($s.persistenceMs)ms\n  stick on src" else "" end)
\(if $s.check.method == "tcp" then "  option tcp-check\n  tcp-check connect linger"
  else "  option httpchk\n  http-check send meth GET uri \($s.check.path) ver HTTP/1.1 hdr Host counterpoise\n  http-check expect status \($s.check.codes)" end)
  timeout check \($s.timeoutMs)ms
\([$servers[] | "  server \(server($s; $factor)) disabled"] | join("\n"))
";

# deploy: the state to keep.
def state: {settings: settings, servers: (.instances | numbered)};

# HAProxy sends clients that it knows to a draining server too, unless it is made to forget them.
def forgetting($settings): if $settings.persistenceMs > 0 then "clear table be data.server_id eq \(.id)" else empty end;

# setInstances: {state, wanted} → {state, commands}
def changed:
  .state.settings as $s | .wanted as $wanted | factor($s.scheduling; $wanted) as $factor
  | (.state.servers | map({key: .name, value: .}) | from_entries) as $known
  | ([$wanted[] | {key: .name, value: .}] | from_entries) as $listed
  | [.state.servers[] | if .state == "in" and ($listed[.name] | not) then . + {state: "out"} else . end] as $left
  | reduce $wanted[] as $one (
      {state: {settings: $s, servers: $left},
       commands: [.state.servers[] | select(.state == "in" and ($listed[.name] | not))
         | "set server be/\(.name) state drain", forgetting($s)]};
      ($known[$one.name] // ($one + {id: ((.state.servers | length) + 1), state: "new"})) as $old
      | ($old + $one) as $new
      | if $old.state == "new" then
          .state.servers += [$new + {state: "in"}]
          | .commands += ["add server be/\($new | server($s; $factor))", "enable health be/\($new.name)", ($new | entering)]
        else
          .state.servers |= map(if .name == $new.name then $new + {state: "in"} else . end)
          | .commands += [
              (if $old.port != $new.port then "set server be/\($new.name) addr \($new.address) port \($new.port // $s.port)" else empty end),
              "set server be/\($new.name) weight \($new.weight * $factor)",
              (if $old.state == "out" then "set server be/\($new.name) state ready" else empty end),
              (if $new.weight == 0 then $old | forgetting($s) else empty end)]
        end);

/** The log in full, as the simulator's reader and Zeek's own tools take it. */
import { expect, test } from 'vitest';
import { renderZeekConnLog } from './zeek-log.ts';

test("a log has Zeek's header, one row a connection in the order of their start, and the same uid for the same connection", () => {
  const server = { address: '127.0.0.1', port: 8080 };
  const late = { startMs: 1_800_000_000_250, durationMs: 1500, bytesUp: 30, bytesDown: 40 };
  const text = renderZeekConnLog([
    { ...late, client: { address: '127.130.0.2', port: 40_002 }, server, state: 'RSTO' },
    {
      ...late,
      startMs: 1_800_000_000_000,
      client: { address: '127.130.0.1', port: 40_001 },
      server,
      state: 'SF',
    },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "#separator \\x09
    #set_separator	,
    #empty_field	(empty)
    #unset_field	-
    #path	conn
    #fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state
    #types	time	string	addr	port	addr	port	enum	string	interval	count	count	string
    1800000000.000000	CYhiRb36Bww3zFXWvm	127.130.0.1	40001	127.0.0.1	8080	tcp	-	1.500000	30	40	SF
    1800000000.250000	Ck99x7pU5RuPEY0Iee	127.130.0.2	40002	127.0.0.1	8080	tcp	-	1.500000	30	40	RSTO
    "
  `);
});

/**
 * Puts a process of ours before the machine's other work, where we may: what is timed in milliseconds should not wait
 * for a compiler. Knows no process's purpose.
 */
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** The strongest short of real time is −20; some room is left for whoever needs to stop us. */
const niceness = -15;

/**
 * Needs root; without, nothing changes. Where Linux groups processes by session (autogroup), niceness counts only
 * inside a group, so the group is moved too: the process must lead a session of its own.
 */
export async function raisePriority(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  try {
    setPriority(pid, niceness);
    await writeFile(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // not root, or not Linux: the testbed's own lag is measured, and says whether it mattered
  }
}

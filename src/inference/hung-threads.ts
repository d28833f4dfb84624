let hung = false;

/** Takes down that a thread of this process hangs in a driver: it can neither be stopped nor waited for. */
export function noteHungThread(): void {
  hung = true;
}

/** Whether this process has such a thread, with which it would not come to its end. */
export function hasHungThread(): boolean {
  return hung;
}

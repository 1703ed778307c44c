/** The entries of a text that are separated by commas, without the blanks around them. */
export function commaSeparated(text: string): string[] {
  return text.split(",").map((entry) => entry.trim());
}

/** What the system calls a failure, such as ENOENT; the failure itself where it has no name. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

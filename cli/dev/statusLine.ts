/** The last line of a terminal, which tells what is being done; nothing where there is no terminal. */
export class StatusLine {
  private timer: NodeJS.Timeout | undefined;
  private text: (() => string) | undefined;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /**
   * Shows a text, anew every second.
   *
   * @param text asked each time
   */
  start(text: () => string): void {
    if (this.out.isTTY) {
      this.text = text;
      this.timer = setInterval(() => this.draw(), 1000);
      this.draw();
    }
  }

  /** Prints lines above the status. */
  print(lines: string): void {
    this.clear();
    this.out.write(`${lines}\n`);
    this.draw();
  }

  /** Takes the status away. */
  stop(): void {
    clearInterval(this.timer);
    this.clear();
    this.text = undefined;
  }

  private clear(): void {
    if (this.text) {
      this.out.write("\r\x1b[2K");
    }
  }

  private draw(): void {
    if (this.text) {
      // Cut to the terminal's width, or clearing would leave what wrapped.
      this.out.write(`\r\x1b[2K${this.text().slice(0, this.out.columns - 1)}`);
    }
  }
}

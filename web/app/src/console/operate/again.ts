import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Does something again and again while a part is on the page and somebody can see it. */
export class Again implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly ms: number,
    private readonly deed: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.timer = setInterval(() => {
      if (!document.hidden) this.deed();
    }, this.ms);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }
}

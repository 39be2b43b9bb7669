import { connect } from "node:net";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** WebSockets that go through a door. */
export interface Sockets {
  /** Do they come through? */
  open: boolean;
  /** Tears every one, as a network that breaks does. */
  tear: () => void;
}

/** Lets WebSockets through a door to a service. */
export function passSockets(server: Server, service: string): Sockets {
  const all = new Set<Duplex>();
  const sockets: Sockets = { open: true, tear: () => all.forEach((one) => one.destroy()) };
  server.on("upgrade", (asked, socket: Duplex, head: Buffer) => {
    if (!sockets.open) return void socket.destroy();
    const { hostname, port } = new URL(service);
    const onward = connect(Number(port), hostname, () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      onward.write(`GET ${asked.url ?? "/"} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    all.add(socket);
    const end = () => {
      for (const one of [socket, onward]) one.destroy();
      all.delete(socket);
    };
    for (const one of [socket, onward]) one.on("error", end).on("close", end);
  });
  return sockets;
}

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A relay on this machine that keeps what it is given. */
export interface Mailbox {
  port: number;
  /** Waits for a mail in which something is found, and returns that. */
  find: (what: RegExp) => Promise<string>;
  stop: () => void;
}

/** Starts a relay that speaks as much SMTP (RFC 5321) as a client needs. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: string[] = [];
  const server = createServer((socket) => converse(socket, (mail) => mails.push(mail)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const find = async (what: RegExp): Promise<string> => {
    for (let looks = 0; looks < 100; looks += 1) {
      for (const mail of mails) {
        const found = what.exec(mail)?.[0];
        if (found !== undefined) return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("no such mail came");
  };
  return { port: (server.address() as AddressInfo).port, find, stop: () => server.close() };
}

function converse(socket: Socket, keep: (mail: string) => void): void {
  let text = "";
  let mail: string | undefined;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say("220 mailbox ESMTP");
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (mail !== undefined && line !== ".") mail += `${line}\n`;
      else if (mail !== undefined) {
        keep(mail);
        mail = undefined;
        say("250 kept");
      } else if (/^DATA/i.test(line)) {
        mail = "";
        say("354 go on");
      } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
      else say("250 mailbox");
    }
  });
}

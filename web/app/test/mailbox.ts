import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A relay on this machine that keeps what it is given. */
export interface Mailbox {
  port: number;
  /** Waits for a mail in which something is found, and returns that. */
  find: (what: RegExp) => Promise<string>;
  /** The same, in a mail that came after the last one in which this found something; the first of its groups, where it has one. */
  next: (what: RegExp) => Promise<string>;
  stop: () => void;
}

/** Starts a relay that speaks as much SMTP (RFC 5321) as a client needs. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: string[] = [];
  const server = createServer((socket) => converse(socket, (mail) => mails.push(readable(mail))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let seen = 0;
  const search = async (what: RegExp, from: () => number): Promise<{ at: number; found: RegExpExecArray }> => {
    for (let looks = 0; looks < 600; looks += 1) {
      for (let at = from(); at < mails.length; at += 1) {
        const found = what.exec(mails[at] ?? "");
        if (found !== null) return { at, found };
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("no such mail came");
  };
  const find = async (what: RegExp): Promise<string> => (await search(what, () => 0)).found[0];
  const next = async (what: RegExp): Promise<string> => {
    const { at, found } = await search(what, () => seen);
    seen = at + 1;
    return found[1] ?? found[0];
  };
  return { port: (server.address() as AddressInfo).port, find, next, stop: () => server.close() };
}

/** Returns a mail as it is read: what has other letters than ASCII goes packed (RFC 2045). */
function readable(mail: string): string {
  const end = mail.indexOf("\n\n");
  const [head, body] = [mail.slice(0, end), mail.slice(end + 2)];
  if (/^Content-Transfer-Encoding: base64$/im.test(head)) return `${head}\n\n${Buffer.from(body, "base64").toString()}`;
  if (!/^Content-Transfer-Encoding: quoted-printable$/im.test(head)) return mail;
  const bytes = body.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return `${head}\n\n${Buffer.from(bytes, "latin1").toString()}`;
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

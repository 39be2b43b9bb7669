import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A message as somebody reads it. */
export interface Letter {
  by: "mail" | "sms";
  to: string;
  subject: string;
  text: string;
  at: Date;
}

/** Most messages that are kept. */
const MOST = 200;
/** Largest mail that is taken, in bytes. */
const LARGEST = 256 * 1024;

/** Everything that the demo's service sends, newest first, in memory. For the demo only: whoever opens it reads everybody's codes. */
export class Mailbox {
  readonly letters: Letter[] = [];

  /** Keeps a message. */
  keep(letter: Letter): void {
    this.letters.unshift(letter);
    this.letters.splice(MOST);
  }
}

/** Listens for mails on this machine only; returns the port, and how to stop. */
export async function startSmtp(mailbox: Mailbox): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    size: LARGEST,
    logger: false,
    onData(stream, _session, done) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        if (stream.sizeExceeded) return done(new Error("the mail is too large"));
        void read(Buffer.concat(pieces)).then((letter) => (mailbox.keep(letter), done()), done);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function read(raw: Buffer): Promise<Letter> {
  const { to, subject, text } = await PostalMime.parse(raw);
  return { by: "mail", to: (to ?? []).map(({ address }) => address ?? "").join(", "), subject: subject ?? "", text: text ?? "", at: new Date() };
}

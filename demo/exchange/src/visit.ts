import type { IncomingMessage, ServerResponse } from "node:http";
import type { Menshen } from "@menshen/client";
import { accountOf } from "./accounts.js";
import type { Account } from "./accounts.js";
import type { Mailbox } from "./mailbox.js";
import type { View } from "./pages/frame.js";
import type { Person, Session } from "./session.js";
import type { SignIn } from "./sign-in.js";
import type { Inbox } from "./webhooks.js";

/** What this site works with. */
export interface Site {
  /** This site's own address, without a path. */
  origin: string;
  /** Menshen's address. */
  service: string;
  /** Menshen's API, with this site's key. */
  menshen: Menshen;
  signIn: SignIn;
  inbox: Inbox;
  mailbox: Mailbox;
  /** What the service shows when it hands over an SMS. */
  smsSecret: string;
}

/** A request with everything that an answer is made from. */
export interface Visit {
  site: Site;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  session: Session;
  at: View;
  form: URLSearchParams;
}

/** Somebody who has signed in, and what they have here. */
export interface Own {
  person: Person;
  account: Account;
}

/** Returns who has signed in; none where nobody has. */
export function inside({ session }: Pick<Visit, "session">): Own | undefined {
  const { person } = session;
  return person && { person, account: accountOf(person.sub, person.applicant) };
}

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { call, look, lookInLight } from "./harness.js";
import type { Front, Service, Size } from "./harness.js";

/** A person with a verification and a link to it. */
export interface Person {
  applicant: string;
  id: string;
  token: string;
  /** Their page. */
  link: string;
}

let people = 0;

/** Creates a person with a verification, as an integrator does. */
export async function newPerson(service: Service, key: string, front: Pick<Front, "url">, level = "L2", contacts?: object): Promise<Person> {
  people += 1;
  const about = { external_id: `web-${process.pid}-${people}`, locale: "en", ...(contacts ? { contacts } : {}) };
  const { id: applicant } = await call<{ id: string }>(service.url, key, "POST", "/v1/applicants", about);
  const { id } = await call<{ id: string }>(service.url, key, "POST", "/v1/verifications", { applicant, level });
  const { token } = await call<{ token: string }>(service.url, key, "POST", `/v1/applicants/${applicant}/tokens`, { verification: id });
  return { applicant, id, token, link: `${front.url}/verify#${token}~${id}` };
}

/** The texts by which a test finds its way, in one language. */
export type Words = Readonly<Record<string, string>>;

/** A page of a person, with the ways a person has. */
export class Visit {
  /** What was wrong with the screens that were looked at. */
  readonly faults: string[] = [];
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly words: Words,
    readonly prefix: string,
    readonly sizes: readonly Size[],
  ) {
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|CORS policy/.test(message.text())) this.errors.push(message.text());
    });
  }

  /** Opens a page of its own for a person. */
  static async open(browser: Browser, words: Words, prefix: string, options: BrowserContextOptions, sizes: readonly Size[]): Promise<Visit> {
    const context = await browser.newContext(options);
    // A slow machine judges a photo in seconds, and several tests run beside each other.
    context.setDefaultTimeout(40_000);
    return new Visit(await context.newPage(), context, words, prefix, sizes);
  }

  /** Returns a text. */
  word(key: string): string {
    const found = this.words[key];
    if (found === undefined) throw new Error(`no text ${key}`);
    return found;
  }

  #heading(key: string) {
    return this.page.getByRole("heading", { level: 2, name: this.word(key), exact: true });
  }

  /** Waits for a screen by its heading, and that the heading has the focus. */
  async at(key: string, focused = true): Promise<void> {
    const heading = this.#heading(key);
    await heading.waitFor();
    if (focused && !(await heading.evaluate((one) => (one.getRootNode() as ShadowRoot).activeElement === one))) {
      this.faults.push(`${this.prefix} ${key}: the heading does not have the focus`);
    }
  }

  /** Looks at the screen at every size, and in the other language, too. */
  async see(name: string): Promise<void> {
    const before = this.page.viewportSize();
    this.faults.push(...(await look(this.page, `${this.prefix}-${name}`, this.sizes)));
    const [own, other] = this.prefix === "zh" ? (["zh-CN", "en"] as const) : (["en", "zh-CN"] as const);
    if (await this.#speak(other)) {
      this.faults.push(...(await lookInLight(this.page, `${this.prefix}-${name}-${other}`)));
      await this.#speak(own);
    }
    if (before) await this.page.setViewportSize(before);
  }

  /** Sets the element's language; tells whether there is an element, and a network to fetch its texts. */
  async #speak(lang: "en" | "zh-CN"): Promise<boolean> {
    const there = await this.page.evaluate((lang) => {
      const element = document.querySelector<HTMLElement>("menshen-verify");
      if (!element || !navigator.onLine) return false;
      element.lang = lang;
      return true;
    }, lang);
    if (there) await this.page.locator(`section.screen[lang="${lang}"]`).waitFor();
    return there;
  }

  /** Presses a button. */
  press(key: string): Promise<void> {
    return this.page.getByRole("button", { name: this.word(key), exact: true }).click();
  }

  /** Opens a link and gives every consent: the choice of a document is next. */
  async begin(link: string): Promise<void> {
    await this.page.goto(link);
    await this.at("consent.heading", false);
    await this.agree();
    await this.at("document.heading");
  }

  /** Gives every consent that is asked for. */
  async agree(): Promise<void> {
    for (const box of await this.page.getByRole("checkbox").all()) await box.check();
    await this.press("consent.agree");
  }

  /** Chooses a passport of Utopia and types its data. */
  async typePassport(name: string): Promise<void> {
    await this.page.getByLabel(this.word("document.country")).selectOption("UTO");
    await this.page.getByRole("button", { name: new RegExp(`^${this.word("kind.passport")}`) }).click();
    await this.at("form.heading");
    await this.type(name);
  }

  /** Types the data of a passport. */
  async type(name: string): Promise<void> {
    await this.page.getByLabel(this.word("form.name"), { exact: true }).fill(name);
    await this.page.getByLabel(this.word("form.number"), { exact: true }).fill("L898902C3");
    await this.page.locator("input[name=day]").fill("31");
    await this.page.locator("input[name=month]").fill("1");
    await this.page.locator("input[name=year]").fill("1990");
  }

  /** Hands in a photo as a file, also where the engine in the page would rather have another, and goes on when it is good. */
  async file(photo: string): Promise<void> {
    await this.page.getByLabel(this.word("prepare.file"), { exact: true }).setInputFiles(photo);
    const unsure = this.#heading("review.unsure");
    await this.#heading("review.good").or(unsure).waitFor();
    if (await unsure.isVisible()) await this.press("review.anyway");
    await this.at("review.good");
    await this.press("next");
  }
}

// Looks at a screen of the console as people see it: both languages, four sizes, light and dark, with axe-core.
import type { Page } from "playwright-core";
import { axeFaults, overflow, shoot, SIZES } from "./harness.js";

/** Changes the language by the page's own button, which a dialogue would cover. */
async function speak(page: Page, language: "en" | "zh-CN"): Promise<void> {
  await page.evaluate((wanted) => {
    if (document.documentElement.lang !== wanted) document.querySelector<HTMLElement>(`button[lang="${wanted}"]`)?.click();
  }, language);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

/** Returns what is wrong with a screen, and keeps pictures of it. */
export async function glance(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const language of ["en", "zh-CN"] as const) {
    await speak(page, language);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      const over = await overflow(page);
      const screen = `console-${name}-${language}-${size.width}`;
      if (over > 0) faults.push(`${screen}: wider than its window by ${over} pixels`);
      if (size.width === 360 || size.width === 768) await shoot(page, screen);
      if (size.width === 320) for (const fault of await axeFaults(page)) faults.push(`${screen}: ${fault}`);
    }
    // The widest size is the last one, and the one that people work at.
    const scheme = language === "en" ? "light" : "dark";
    await page.emulateMedia({ colorScheme: scheme });
    await shoot(page, `console-${name}-${language}-1440`);
    for (const fault of await axeFaults(page)) faults.push(`console-${name}-${language} ${scheme}: ${fault}`);
    await page.emulateMedia({ colorScheme: "light" });
  }
  await speak(page, "en");
  return faults;
}

import type { DiagnosticsIn } from "../schema.js";

/** A program whose own web view people open links in. */
export type InApp = "wechat" | "alipay" | "qq" | "weibo" | "douyin" | "facebook" | "instagram" | "line" | "telegram" | "tiktok" | "x" | "other";

/** What each of them says of itself. Only advice depends on it, never what is tried. */
const IN_APP: readonly (readonly [InApp, RegExp])[] = [
  ["wechat", /MicroMessenger/i],
  ["alipay", /AlipayClient/i],
  ["qq", /\bQQ\//i],
  ["weibo", /Weibo/i],
  ["douyin", /aweme/i],
  ["tiktok", /musical_ly|BytedanceWebview|TikTok/i],
  ["instagram", /Instagram/i],
  ["facebook", /FBAN|FBAV|FB_IAB/i],
  ["line", /\bLine\//i],
  ["telegram", /Telegram/i],
  ["x", /Twitter/i],
  ["other", /; wv\)/],
];

/** Returns in which program's own view this page is; nothing in a browser. */
export const inAppView = (agent = navigator.userAgent): InApp | undefined => IN_APP.find(([, sign]) => sign.test(agent))?.[0];

/** A system, as the way to its settings differs. */
export type System = "android" | "ios" | "harmony" | "windows" | "macos" | "linux" | "other";

/** Returns the system. */
export function systemOf(agent = navigator.userAgent): System {
  if (/HarmonyOS|OpenHarmony|ArkWeb/i.test(agent)) return "harmony";
  if (/Android/i.test(agent)) return "android";
  // An iPad calls itself a Mac, but no Mac has a touch screen.
  if (/iPhone|iPad|iPod/i.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) return "ios";
  if (/Windows/i.test(agent)) return "windows";
  if (/Macintosh/i.test(agent)) return "macos";
  return /Linux/i.test(agent) ? "linux" : "other";
}

/** Is it a device that is held in the hand? Then no other one needs to be offered first. */
export const inTheHand = (): boolean => ["android", "ios", "harmony"].includes(systemOf());

/** Where the way to the camera's permission is told. */
export type PermissionAdvice = "ios" | "android" | "safari" | "firefox" | "chromium";

/** Returns whose way to the permission is told. */
export function permissionAdvice(agent = navigator.userAgent): PermissionAdvice {
  const system = systemOf(agent);
  if (system === "ios") return "ios";
  if (system === "android" || system === "harmony") return "android";
  if (/Firefox/i.test(agent)) return "firefox";
  return /Safari/i.test(agent) && !/Chrom/i.test(agent) ? "safari" : "chromium";
}

/** A connection, where the browser tells. */
interface Connected {
  type?: string;
}

/** Returns what goes with a ticket where the person agrees: of the program and its surroundings, nothing of the person. */
export async function diagnosticsOf(program: string, latency: number | undefined): Promise<DiagnosticsIn> {
  const connection = (navigator as { connection?: Connected }).connection;
  const network = { wifi: "wifi", cellular: "cellular", ethernet: "wired" }[connection?.type ?? ""] ?? "unknown";
  const version = /(?:Android|OS|Windows NT|Mac OS X) ([\d._]{1,12})/.exec(navigator.userAgent)?.[1]?.replaceAll("_", ".");
  return {
    app: program,
    system: systemOf(),
    ...(version === undefined ? {} : { system_version: version }),
    ...(await camera()),
    network: navigator.onLine ? network : "offline",
    ...(latency === undefined ? {} : { network_ms: Math.min(latency, 600_000) }),
  };
}

async function camera(): Promise<Pick<DiagnosticsIn, "camera" | "permission">> {
  if (typeof navigator.mediaDevices?.enumerateDevices !== "function") return { camera: "absent" };
  const devices = await navigator.mediaDevices.enumerateDevices();
  const found = devices.some(({ kind }) => kind === "videoinput");
  return { camera: found ? "ready" : "absent", ...(await permission()) };
}

async function permission(): Promise<Pick<DiagnosticsIn, "permission">> {
  try {
    const { state } = await navigator.permissions.query({ name: "camera" as PermissionName });
    return { permission: state === "prompt" ? "undecided" : state };
  } catch {
    // Some browsers do not tell of cameras.
    return {};
  }
}

import type { DiagnosticsIn } from "../schema.js";
import { cameraFault, cameraTrouble, closeCamera, openCamera } from "../verify/camera.js";
import { diagnosticsOf, inAppView } from "../verify/surroundings.js";
import { PROGRAM } from "../verify/version.js";
import { measure } from "./light.js";
import { measureNetwork } from "./network.js";
import type { Said } from "./texts.js";

/** What is looked at, in this order. */
export const PROBES = ["view", "version", "page", "storage", "network", "permission", "camera", "size", "light", "lens", "clock"] as const;
/** Something that is looked at. */
export type Probe = (typeof PROBES)[number];

/** How looking at it goes. */
export interface Row {
  state: "waiting" | "running" | "known" | "fault" | "skipped";
  says: Said;
}

/** What did not work, in the words of the service. */
export const FAILED = ["face_login", "live_check", "document_photo", "upload", "passkey", "totp", "mail_code", "sms_code"] as const;
/** Something that did not work. */
export type Failed = (typeof FAILED)[number];

/** What needs a camera. */
export const needsCamera = (failed: Failed): boolean => ["face_login", "live_check", "document_photo"].includes(failed);

/** How long a camera is left to find its light, in milliseconds: the first pictures are dark on all of them. */
const SETTLES = 1_200;
/** How long a camera that was allowed may take to give a picture, in milliseconds. */
const STARTS = 8_000;

/** Whoever looks. */
export interface Looking {
  tenant: string;
  failed: Failed;
  /** Hears what is known. */
  note: (probe: Probe, state: Row["state"], says: Said) => void;
  /** Resolves when the person would rather go on without the camera. */
  without: Promise<void>;
}

/** Looks at everything, one after the other, and returns what the service is told: words of its lists, and numbers. */
export async function lookAround(looking: Looking): Promise<DiagnosticsIn> {
  const { tenant, failed, note } = looking;
  const surface = inAppView() ? "web_view" : "browser";
  const page = document.visibilityState === "hidden" ? "hidden" : "visible";
  // Of the camera and the network more is measured below.
  const { app, system, system_version, network } = await diagnosticsOf(PROGRAM, undefined);
  note("view", "known", [`view.${surface}`, { system: system ?? "other" }]);
  note("version", "known", ["version.is", { version: PROGRAM }]);
  note("page", "known", [`page.${page}`]);
  if (keeps()) note("storage", "known", ["storage.keeps"]);
  else note("storage", "fault", ["storage.nothing"]);

  note("network", "running", ["network.running"]);
  const way = network ?? "unknown";
  const measured: DiagnosticsIn = { network: way, ...(way === "offline" ? {} : await measureNetwork(tenant)) };
  if (measured.network === "offline") note("network", "fault", ["network.offline"]);
  else note("network", "known", networkSays(measured));
  const camera = needsCamera(failed) ? await lookThroughCamera(looking) : skipCamera(looking);
  note("clock", "running", ["clock.running"]);
  return { failed, app: app ?? PROGRAM, system: system ?? "other", ...(system_version == null ? {} : { system_version }), surface, page, ...measured, ...camera };
}

const networkSays = ({ network_ms, up_kbps, down_kbps }: DiagnosticsIn): Said =>
  up_kbps == null || down_kbps == null
    ? ["network.answered", { ms: network_ms ?? 0 }]
    : ["network.measured", { ms: network_ms ?? 0, up: up_kbps, down: down_kbps }];

/** Does this browser keep anything? Private windows and some settings do not, and then no device is known again. */
function keeps(): boolean {
  try {
    localStorage.setItem("menshen.probe", "1");
    localStorage.removeItem("menshen.probe");
    return navigator.cookieEnabled;
  } catch {
    return false;
  }
}

function skipCamera({ note }: Looking): DiagnosticsIn {
  for (const probe of ["permission", "camera", "size", "light", "lens"] as const) note(probe, "skipped", ["probe.not_needed"]);
  return {};
}

/** Asks for the camera, as what failed would, and measures one picture, of which only numbers leave this function. */
async function lookThroughCamera({ failed, note, without }: Looking): Promise<DiagnosticsIn> {
  const unseen = (why: Said): void => {
    for (const probe of ["size", "light", "lens"] as const) note(probe, "skipped", why);
  };
  const fault = cameraFault();
  if (fault) {
    note("permission", "skipped", ["probe.no_camera"]);
    note("camera", "known", [fault.kind === "camera_insecure" ? "camera.insecure" : "camera.absent"]);
    unseen(["probe.no_picture"]);
    return { camera: "absent" };
  }
  note("permission", "running", ["permission.running"]);
  note("camera", "running", ["camera.running"]);
  const opening = openCamera(failed === "document_photo" ? "front" : "selfie");
  try {
    const stream = await Promise.race([opening, without.then(() => undefined)]);
    if (stream === undefined) {
      // Whatever is allowed later is not used any more.
      void opening.then(closeCamera).catch(() => undefined);
      note("permission", "known", ["permission.undecided"]);
      note("camera", "skipped", ["probe.no_picture"]);
      unseen(["probe.no_picture"]);
      return { permission: "undecided" };
    }
    note("permission", "known", ["permission.granted"]);
    return { permission: "granted", ...(await look(stream, note, unseen)) };
  } catch (error) {
    unseen(["probe.no_picture"]);
    return refused(error, note);
  }
}

/** Tells what a refusal means: one that the system repeats by itself is another than one that the person may give again. */
async function refused(error: unknown, note: Looking["note"]): Promise<DiagnosticsIn> {
  const { kind } = cameraTrouble(error);
  if (kind === "camera_denied" || kind === "in_app") {
    const { permission } = await diagnosticsOf(PROGRAM, undefined);
    const how = permission === "denied" ? "blocked" : "denied";
    note("permission", "known", [`permission.${how}`]);
    note("camera", "skipped", ["probe.no_picture"]);
    return { permission: how };
  }
  const camera = kind === "camera_busy" ? "busy" : "absent";
  note("permission", "known", ["permission.unknown"]);
  note("camera", "known", [`camera.${camera}`]);
  return { camera };
}

async function look(stream: MediaStream, note: Looking["note"], unseen: (why: Said) => void): Promise<DiagnosticsIn> {
  try {
    const light = await picture(stream);
    if (light === undefined) {
      note("camera", "known", ["camera.failed"]);
      unseen(["probe.no_picture"]);
      return { camera: "failed" };
    }
    const { width, height, luminance, contrast, black } = light;
    const camera = black ? "dark" : "ready";
    note("camera", "known", [`camera.${camera}`]);
    note("size", "known", ["size.is", { width, height }]);
    note("light", "known", ["light.is", { share: luminance }]);
    note("lens", "known", ["lens.is", { share: contrast }]);
    return { camera, camera_width: width, camera_height: height, luminance, contrast };
  } finally {
    closeCamera(stream);
  }
}

/** Returns what a camera's picture is like; nothing where it gives none in time. */
async function picture(stream: MediaStream): Promise<ReturnType<typeof measure>> {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), STARTS));
  const plays = video.play().then(() => true, () => false);
  if (!(await Promise.race([plays, late])) || video.videoWidth === 0) return undefined;
  await new Promise((resolve) => setTimeout(resolve, SETTLES));
  const light = measure(video);
  video.srcObject = null;
  return light;
}

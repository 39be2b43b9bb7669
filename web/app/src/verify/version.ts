import { version } from "../../package.json";

/** The program and its version, as `Menshen-Client` names it: what an operator's policy calls too old is told so before a photo. */
export const PROGRAM = `web/${version}`;

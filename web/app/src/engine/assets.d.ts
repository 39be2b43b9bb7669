declare module "*?worker&url" {
  /** Address of the script that starts the worker. */
  const url: string;
  export default url;
}

declare module "*.css?inline" {
  /** The sheet's text: the page adopts it, so that no other request and no style attribute is needed. */
  const text: string;
  export default text;
}

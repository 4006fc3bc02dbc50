/** Files that are imported for their path (`with { type: 'file' }`); `bun build --compile` puts them into the binary. */
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  const path: string;
  export default path;
}
declare module 'swagger-ui-dist/swagger-ui.css' {
  const path: string;
  export default path;
}
declare module '*/page.js' {
  const text: string;
  export default text;
}
declare module '*/page.css' {
  const text: string;
  export default text;
}

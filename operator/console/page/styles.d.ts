/** Style sheets that a script names, so that esbuild puts them beside it. */
declare module '*.css';

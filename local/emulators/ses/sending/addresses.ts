/** One address as SES reads it: the text given, and the bare `local@domain` inside it. */
export type Address = { readonly text: string; readonly bare: string };

/** Takes the bare address out of `Name <local@domain>`; the rest is judged by `addressFault`. */
export function readAddress(text: string): Address {
  const angle = /^[^<>]*<([^<>]*)>\s*$/s.exec(text);
  const bare = (angle?.[1] ?? text).trim();
  return { text, bare };
}

type Fault = readonly [RegExp, string];

// The rules and words of JavaMail's InternetAddress, which SES's answers quote. Its local part
// must be ASCII (no SMTPUTF8) and so must the domain (punycode).
const localFaults: readonly Fault[] = [
  [/^$/, 'Missing local name'],
  [/^\./, 'Local address starts with dot'],
  [/\.\./, 'Local address contains dot-dot'],
  [/\.$/, 'Local address ends with dot'],
  [/[^\x21-\x7e]/, 'Local address contains control or whitespace'],
  [/[()<>,;:\\"[\]@]/, 'Local address contains illegal character'],
];
const quotedLocalFaults: readonly Fault[] = [
  [/[^\x20-\x7e]/, 'Local address contains control or whitespace'],
];
const domainFaults: readonly Fault[] = [
  [/^$/, 'Missing domain'],
  [/^\./, 'Domain starts with dot'],
  [/[^\x21-\x7e]/, 'Domain contains control or whitespace'],
  [/[^A-Za-z0-9.-]/, 'Domain contains illegal character'],
  [/\.\./, 'Domain contains dot-dot'],
  [/\.$/, 'Domain ends with dot'],
];
const quoted = /^"(?:[^"\\]|\\.)*"$/;
const domainLiteral = /^\[[^[\]\s]+\]$/;
const lineBreak = /[\r\n]/;

/** Returns SES's complaint about an address (display name allowed), or undefined when it is well formed. */
export function addressFault(text: string): string | undefined {
  if (lineBreak.test(text)) return 'Local address contains control or whitespace';
  const { bare } = readAddress(text);
  const at = bare.lastIndexOf('@');
  if (at < 0) return "Missing final '@domain'";
  const local = bare.slice(0, at);
  const domain = bare.slice(at + 1);
  const localRules = quoted.test(local) ? quotedLocalFaults : localFaults;
  const inLocal = localRules.find(([pattern]) => pattern.test(local))?.[1];
  if (inLocal !== undefined || domainLiteral.test(domain)) return inLocal;
  return domainFaults.find(([pattern]) => pattern.test(domain))?.[1];
}

import { matchGlob } from '../match.ts';

/**
 * Which links could carry data out. What a page loads by itself (images) may only come from allowed hosts; what a
 * person must click is unsafe only where it carries something: long opaque parts, a name and password, a script.
 */
export interface LinkRules {
  /** Host names in lower case, `*` for any part. */
  readonly allowHosts: readonly string[];
}

/** Opaque text of this length in a path, query or host can hold a secret; ordinary links have shorter parts. */
const OPAQUE_CHARACTERS_MIN = 32;

/** True where the destination must not reach a renderer. Linear in it. */
export function isUnsafeLink(destination: string, loads: boolean, rules: LinkRules): boolean {
  // Renderers decode entities and escapes first; nobody who writes a plain link uses them in its beginning.
  const head = destination.slice(0, 300);
  if (head.includes('&#') || head.includes('\\') || head.includes('&colon') || head.includes('&sol')) return true;
  if (!hasAuthority(destination) && !hasScheme(destination)) return false;
  const absolute = hasScheme(destination) ? destination : `https:${destination}`;
  if (!URL.canParse(absolute)) return loads;
  const url = new URL(absolute);
  if (url.protocol === 'mailto:' || url.protocol === 'tel:') return false;
  if (url.protocol === 'about:' && !loads) return false;
  if (url.protocol === 'data:')
    return !(loads && url.pathname.startsWith('image/') && !url.pathname.startsWith('image/svg'));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return true;
  if (url.username !== '' || url.password !== '') return true;
  if (rules.allowHosts.some((glob) => matchGlob(glob, url.hostname))) return false;
  return loads || carriesData(url);
}

function hasAuthority(destination: string): boolean {
  return destination.startsWith('//');
}

/** `name:` before any `/`, `?` or `#`. */
function hasScheme(destination: string): boolean {
  for (let at = 0; at < destination.length; at++) {
    const character = destination.charAt(at);
    if (character === ':') return at > 0;
    if ('/?#'.includes(character)) return false;
  }
  return false;
}

function carriesData(url: URL): boolean {
  for (const [name, value] of url.searchParams) {
    if (name.length >= OPAQUE_CHARACTERS_MIN || value.length >= OPAQUE_CHARACTERS_MIN) return true;
  }
  const parts = [...url.pathname.split('/'), ...url.hostname.split('.'), url.hash];
  return parts.some((part) => longestOpaque(part) >= OPAQUE_CHARACTERS_MIN);
}

/** Longest run without the separators that words in addresses are joined with. */
function longestOpaque(part: string): number {
  let longest = 0;
  let run = 0;
  for (let at = 0; at < part.length; at++) {
    run = '-_.,+'.includes(part.charAt(at)) ? 0 : run + 1;
    if (run > longest) longest = run;
  }
  return longest;
}

/** Data kept as text: headings, and under each one entry a line. */

/** A heading with its entries. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

/**
 * Reads `## heading` lines and the entries below them. `\n` in an entry stands for a line feed; an entry whose blanks
 * count stands in double quotes, as a string of JSON. Empty lines are skipped; an entry before any heading throws.
 */
export function readSections(text: string): readonly Section[] {
  const sections: { heading: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) sections.push({ heading: line.slice(3), lines: [] });
    else if (line !== '') {
      const last = sections.at(-1);
      if (last === undefined) throw new Error('Cannot read sections: an entry stands before the first heading');
      last.lines.push(readEntry(line));
    }
  }
  return sections;
}

function readEntry(line: string): string {
  if (line.length < 2 || !line.startsWith('"') || !line.endsWith('"')) return line.replaceAll('\\n', '\n');
  // Attacks are full of quotation marks: what is no string of JSON is meant as it stands.
  try {
    return String(JSON.parse(line)).replaceAll('\\n', '\n');
  } catch {
    return line.replaceAll('\\n', '\n');
  }
}

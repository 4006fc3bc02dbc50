/** What the demo draws: scenes as three columns side by side, in colour where the terminal shows it. */

const colours = process.stdout.isTTY === true || process.env['FORCE_COLOR'] !== undefined;

function paint(code: string, text: string): string {
  return colours ? `\u001b[${code}m${text}\u001b[0m` : text;
}

export const bold = (text: string) => paint('1', text);
export const dim = (text: string) => paint('2', text);
export const red = (text: string) => paint('31', text);
export const green = (text: string) => paint('32', text);
export const yellow = (text: string) => paint('33', text);
export const cyan = (text: string) => paint('36', text);

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

const GAP = ' │ ';

/** Prints three texts side by side under their headings, wrapped to the terminal's width. */
export function sideBySide(
  headings: readonly [string, string, string],
  texts: readonly [string, string, string],
): void {
  const total = Math.max(60, Math.min(process.stdout.columns || 118, 140)) - 2 * GAP.length;
  const width = Math.floor(total / 3);
  const columns = texts.map((text) => wrap(text, width));
  print(headings.map((heading) => bold(cyan(heading.padEnd(width)))).join(dim(GAP)));
  const lines = Math.max(...columns.map((column) => column.length));
  for (let line = 0; line < lines; line += 1) {
    print(columns.map((column) => highlight((column[line] ?? '').padEnd(width))).join(dim(GAP)));
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (joined.length <= width) line = joined;
      else {
        if (line !== '') lines.push(line);
        line = word;
        while (line.length > width) {
          lines.push(line.slice(0, width));
          line = line.slice(width);
        }
      }
    }
    lines.push(line);
  }
  return lines;
}

/** Colours the words that matter, after wrapping, so that widths stay right. */
function highlight(line: string): string {
  return line
    .replace(/\[REDACTED_\w+\]/g, (label) => green(label))
    .replace(/\b(refused|403|deny)\b/g, (word) => red(word))
    .replace(/\b(passed|200|allow)\b/g, (word) => yellow(word))
    .replace(/\b(redacted|redact|stripped)\b/g, (word) => green(word));
}

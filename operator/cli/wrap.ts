/**
 * Returns a text of which no line is longer than the width, broken at spaces. What a line goes on with stands
 * under its first word, or, behind a label and two spaces, under what is said of it. A word that is longer by
 * itself stays whole, and so does a line that is a command: both are there to be copied.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

/** At most a dozen characters, or what is said would have no room. */
const label = /^ *\S{1,12} {2,12}(?=\S)/;

const command = /^ *(?:npx )?goodstanding /;

function wrapLine(line: string, width: number): readonly string[] {
  if (line.length <= width || command.test(line)) return [line];
  const head = label.exec(line)?.[0] ?? /^ */.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(head.length);
  const lines: string[] = [];
  let current = head;
  for (const word of line.slice(head.length).split(' ')) {
    const isFirst = current === head || current.trim() === '';
    if (!isFirst && current.length + 1 + word.length > width) {
      lines.push(current);
      current = indent + word;
    } else current = isFirst ? current + word : `${current} ${word}`;
  }
  return [...lines, current];
}

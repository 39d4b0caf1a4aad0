/** Words in lines of at most `columns` characters, each line after an indent; a longer word stands alone. */
export function wrapped(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** A wrapped text behind a mark: later lines stand under the first word. */
export function marked(mark: string, text: string, columns: number): string[] {
  const indent = " ".repeat(mark.length + 1);
  return wrapped(text, columns, indent).map((line, i) => (i === 0 ? `${mark} ${line.slice(indent.length)}` : line));
}

/** The length of the longest text; 0 where there is none. */
export function longest(texts: Iterable<string>): number {
  let most = 0;
  for (const text of texts) most = Math.max(most, text.length);
  return most;
}

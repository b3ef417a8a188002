/**
 * WeChat's XML and no more: elements without attributes, text and CDATA. There is nothing in it that could declare an
 * entity or name a file: DOCTYPE, entities, comments, processing instructions and attributes are all refused.
 */

/** Text, fields, or several of either where an element was repeated. */
export type Tree = string | Tree[] | { [name: string]: Tree };

export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** Levels of elements; WeChat's deepest message has four. */
const MAX_DEPTH = 8;
const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/)?([A-Za-z_][\w.-]*)\s*(\/)?>|([^<&]+)/y;

interface Element {
  readonly name: string;
  readonly fields: Map<string, Tree>;
  text: string;
}

/** The content of the root element. @throws XmlError; the message never quotes the input. */
export function readXml(text: string): Tree {
  const root: Element = { name: '', fields: new Map(), text: '' };
  const path: Element[] = [root];
  const token = new RegExp(TOKEN);
  while (token.lastIndex < text.length) {
    const [found, cdata, closing, name, empty, plain] = token.exec(text) ?? [];
    const top = path.at(-1);
    if (found === undefined || top === undefined) throw new XmlError('not an element, text or CDATA');
    if (name === undefined) top.text += cdata ?? plain ?? '';
    else if (closing === undefined) {
      if (path.length > MAX_DEPTH) throw new XmlError('too deep');
      if (empty === undefined) path.push({ name, fields: new Map(), text: '' });
      else add(top, name, '');
    } else {
      const parent = path.at(-2);
      if (empty !== undefined || top.name !== name || parent === undefined) throw new XmlError('wrong end tag');
      path.pop();
      add(parent, name, contentOf(top));
    }
  }
  const [content, ...others] = root.fields.values();
  if (path.length > 1 || content === undefined || others.length > 0 || Array.isArray(content) || root.text.trim()) {
    throw new XmlError('not one whole element');
  }
  return content;
}

function contentOf({ fields, text }: Element): Tree {
  if (fields.size === 0) return text;
  if (text.trim() !== '') throw new XmlError('text between elements');
  return Object.fromEntries(fields);
}

/** A repeated element becomes a list, so that a schema which expects one refuses two. */
function add({ fields }: Element, name: string, value: Tree): void {
  const known = fields.get(name);
  if (Array.isArray(known)) known.push(value);
  else fields.set(name, known === undefined ? value : [known, value]);
}

/** What is left of a row when a kind of data is taken out of it. Pure; the same again changes nothing. */
import type { ErasableKind } from '#schemas/retention.ts';
import type { TicketText } from '#schemas/ticket.ts';

/** Stands where words stood: a receipt must still say that there was a request. */
export const ERASED = '(已清除)';

type Row = Readonly<Record<string, unknown>>;

/** A receipt (受理回执) or the row of an addition. Its key, its number and the hash that tells a replay stay: boards ask again. */
export function receiptWithout(row: Row, kinds: readonly ErasableKind[]): Row {
  let left = row;
  if (kinds.includes('identity')) {
    left = on(without(left, 'callerHash', 'phoneHash'), 'request', (request) => without(request, 'callerHash'));
  }
  if (kinds.includes('attachments')) {
    left = on(left, 'request', (request) =>
      on(
        on(without(request, 'attachments'), 'masked', (masked) => without(masked, 'attachmentNames')),
        'call',
        (call) => without(call, 'recordings'),
      ),
    );
    left = on(left, 'addition', (addition) => without(addition, 'attachments', 'recordings'));
  }
  if (kinds.includes('words')) {
    left = on(left, 'request', (request) => ({
      ...without(request, 'place', 'masked', 'call', 'attachments'),
      title: ERASED,
      content: ERASED,
    }));
    left = on(left, 'addition', (addition) => without(addition, 'text', 'attachments', 'recordings'));
  }
  return left;
}

/** The text without its files and links, and without their names. */
export function textWithoutFiles(text: TicketText): TicketText {
  if (text.kind === 'answer') return text;
  if (text.kind === 'note') return { kind: 'note', text: text.text };
  const { masked } = text;
  const { attachmentNames: _, ...words } = masked ?? { title: '', content: '' };
  return { ...text, attachments: [], recordings: [], ...(masked === undefined ? {} : { masked: words }) };
}

/** Keys of our own objects in a text. */
export function filesOf(text: TicketText): string[] {
  if (text.kind === 'answer') return [];
  return (text.attachments ?? []).flatMap((attachment) => ('key' in attachment ? [attachment.key] : []));
}

function without(row: Row, ...names: string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function on(row: Row, name: string, change: (inner: Row) => Row): Row {
  const inner = row[name];
  return typeof inner === 'object' && inner !== null ? { ...row, [name]: change(inner as Row) } : row;
}

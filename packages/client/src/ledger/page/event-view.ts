import type { ProvenEvent, UnprovenEvent } from '../bundle.ts';
import { button, element } from './element.ts';
import { fieldLines } from './fields.ts';
import { visibleText } from './visible-text.ts';
import { count } from './words.ts';

type JudgedEvent = ProvenEvent | UnprovenEvent;

/** Text of a field, or of the id in a party; empty when there is none. */
function textAt(event: Readonly<Record<string, unknown>> | null, name: string): string {
  const value = event?.[name];
  if (typeof value === 'string') return value;
  const id: unknown =
    typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : '';
}

function summaryOf(judged: JudgedEvent): HTMLElement {
  const event = judged.verified ? judged.event : judged.claimed;
  const who = [textAt(event, 'actor'), textAt(event, 'target')].filter((id) => id !== '');
  const what = textAt(event, 'action') || textAt(event, 'type') || 'No event';
  return element('summary', {}, [
    element('span', { class: judged.verified ? 'mark yes' : 'mark no' }, [
      judged.verified ? 'Verified' : 'Not proven',
    ]),
    element('strong', {}, [visibleText(what)]),
    element('span', { class: 'outcome' }, [visibleText(textAt(event, 'outcome'))]),
    element('span', { class: 'who' }, [visibleText(who.join(' → '))]),
    element('time', {}, [visibleText(textAt(event, 'time'))]),
  ]);
}

function fieldsOf(event: Readonly<Record<string, unknown>>, disclosed: readonly string[]): HTMLElement {
  const isDisclosed = (path: string): boolean =>
    disclosed.some((field) => path === field || path.startsWith(`${field}.`));
  const rows = fieldLines(event).flatMap(({ path, value }) => [
    element('dt', {}, [visibleText(path)]),
    element('dd', {}, [
      visibleText(value),
      isDisclosed(path) ? element('span', { class: 'tag' }, ['disclosed']) : undefined,
    ]),
  ]);
  return element('dl', {}, rows);
}

function bodyOf(judged: JudgedEvent): HTMLElement[] {
  if (!judged.verified) {
    return [
      element('p', { class: 'why' }, [visibleText(judged.reason)]),
      judged.claimed === null
        ? element('p', {}, ['The bundle holds nothing here that could be shown as an event.'])
        : element('p', {}, ['This is what the bundle claims. Nothing proves it:']),
      ...(judged.claimed === null ? [] : [fieldsOf(judged.claimed, [])]),
    ];
  }
  const { log, index, size, closed } = judged;
  const place = element('p', { class: 'place' }, [
    `Entry ${index.toLocaleString('en')} of `,
    visibleText(log),
    `, proven in the tree of ${count(size, 'entry', 'entries')}.`,
  ]);
  const sealed =
    closed === 0
      ? undefined
      : element('p', { class: 'closed' }, [
          `${count(closed, 'field stays', 'fields stay')} closed. The log holds a commitment to each, which says that there is a field and nothing about what is in it.`,
        ]);
  return [fieldsOf(judged.event, judged.disclosed), ...(sealed === undefined ? [] : [sealed]), place];
}

function eventView(judged: JudgedEvent, open: boolean): HTMLElement {
  const view = element('details', { class: judged.verified ? 'event' : 'event unproven' }, [
    summaryOf(judged),
  ]);
  // Filled when first opened: ten thousand events would otherwise be half a million elements.
  const fill = (): void => {
    if (view.childElementCount === 1) view.append(...bodyOf(judged));
  };
  view.addEventListener('toggle', fill);
  view.addEventListener('custos-fill', fill);
  if (open) fill();
  view.open = open;
  return element('li', {}, [view]);
}

const atOnce = 100;
const openUpTo = 3;

/** A list of events that grows by a hundred. */
export function eventList(title: string, events: readonly JudgedEvent[]): HTMLElement | undefined {
  if (events.length === 0) return undefined;
  const list = element('ol', { class: 'events' });
  const more = button('', () => show());
  let shown = 0;
  const show = (): void => {
    const next = events.slice(shown, shown + atOnce);
    list.append(...next.map((one) => eventView(one, events.length <= openUpTo || !one.verified)));
    shown += next.length;
    const left = events.length - shown;
    more.textContent = `Show ${Math.min(left, atOnce)} more of ${left.toLocaleString('en')}`;
    more.hidden = left === 0;
  };
  show();
  return element('section', {}, [
    element('h2', {}, [`${title} (${events.length.toLocaleString('en')})`]),
    list,
    more,
  ]);
}

/** Opens every event that is listed, as paper cannot be unfolded. */
export function openAllEvents(): void {
  for (const view of document.querySelectorAll('details')) {
    view.dispatchEvent(new Event('custos-fill'));
    view.open = true;
  }
}

import type { AddressRuleView, AddressScope } from '@custos/contract';
import type { AuditLog } from '../../audit/types.ts';
import type { Clock } from '../../base/clock.ts';
import { conflict, invalidInput, messageOf, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { isUniqueViolation, type State } from '../../storage/state/state.ts';
import { policyStore } from '../policy-store.ts';
import type { Identity } from '../types.ts';
import { lockOutRisk } from './errors.ts';
import { compileLists, type AddressLists } from './lists.ts';
import { mostRules } from './most-rules.ts';
import { parseRange, rangeText } from './ranges.ts';
import { addressRuleStore } from './store.ts';
import type { StoredAddressRule } from './types.ts';

export interface NewAddressRule {
  readonly scope: AddressScope;
  readonly subject: string | null;
  readonly range: string;
  readonly note: string;
  readonly confirm: boolean;
}

/** Who changes the rules, and the address that they have for Custos. */
export interface RuleAuthor {
  readonly identity: Identity;
  readonly address: string;
}

const topic = 'access.address-rules';
/**
 * A change acts at once where it is made and on every node that hears of it; where the message is lost, or
 * the host's command line made it, after this long.
 */
const staleMs = 1000;
/** A change that can let nobody out whose stream is open, as a new token's. */
const quiet = 'quiet';

const viewOf = (rule: StoredAddressRule): AddressRuleView => ({
  ...rule,
  subject: rule.scope === 'installation' ? null : rule.subject,
});

/** From where calls are taken. Every request asks; the rules are read again when they are a second old. */
export function createAddressRules({
  state,
  clock,
  log,
  onChange = () => undefined,
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called on every node that hears of changed rules, to close what is open. */
  readonly onChange?: () => void;
}) {
  const reads = addressRuleStore(state.read);
  let lists: AddressLists | undefined;
  let loadedAt = 0;
  let loading: Promise<AddressLists> | undefined;
  let changes = 0;

  async function load(): Promise<AddressLists> {
    const seen = changes;
    const startedAt = clock.monotonic();
    const fresh = compileLists(await reads.all());
    // Read before a change and done after it: what was read may be the old rules.
    if (seen !== changes) return load();
    lists = fresh;
    loadedAt = startedAt;
    return fresh;
  }

  async function present(): Promise<AddressLists> {
    if (lists !== undefined && clock.monotonic() - loadedAt < staleMs) return lists;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  function forget(): void {
    changes += 1;
    lists = undefined;
  }

  /** Changes the rules, one change at a time, and refuses to keep the author out without being told to. */
  async function change(
    author: RuleAuthor,
    confirm: boolean,
    work: (store: ReturnType<typeof addressRuleStore>) => Promise<void>,
  ): Promise<void> {
    await state.transaction(async (tx) => {
      // Holds every other change back until this one is through.
      await policyStore(tx).putPolicy('address-rules.changed', String(clock.now()), clock.now());
      const store = addressRuleStore(tx);
      const before = compileLists(await store.all());
      await work(store);
      const rules = await store.all();
      if (rules.length > mostRules) throw conflict(`There can be at most ${mostRules} address rules.`);
      const { identity, address } = author;
      const shutsOut = before.take(address, identity) && !compileLists(rules).take(address, identity);
      if (shutsOut && !confirm) throw lockOutRisk(address);
    });
    await follow('');
  }

  /** Reads changed rules, here and on the other nodes. */
  async function follow(message: string): Promise<void> {
    forget();
    await load();
    state.broadcast.publish(topic, message).catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'other nodes could not be told of changed address rules');
    });
  }

  let unsubscribe: () => void = () => undefined;

  return {
    start(): void {
      unsubscribe = state.broadcast.subscribe(topic, (message) => {
        forget();
        if (message !== quiet) onChange();
      });
    },
    stop: (): void => unsubscribe(),

    /** After the rules of a token were written with the token itself. */
    reread: (): Promise<void> => follow(quiet),

    /** True when calls from `address` are taken; `identity` is null while nobody knows who calls. */
    async allows(address: string, identity: Identity | null): Promise<boolean> {
      return (await present()).take(address, identity);
    },

    async list(): Promise<AddressRuleView[]> {
      return (await reads.all()).map(viewOf);
    },

    /**
     * Adds a rule; the first one of a list closes it to all other addresses. Raises `invalid_input`,
     * `conflict` for a rule that is there already, and `lock_out_risk`.
     */
    async add(author: RuleAuthor, request: NewAddressRule): Promise<AddressRuleView> {
      const range = parseRange(request.range);
      const { scope, note, confirm } = request;
      const subject = request.subject ?? '';
      if (range === undefined) {
        throw invalidInput([
          { field: 'range', message: 'must be an address or a range such as 192.0.2.0/24 or 2001:db8::/32' },
        ]);
      }
      if (scope === 'installation' ? subject !== '' : !(await reads.hasSubject(scope, subject))) {
        const wanted = { installation: 'must be left out', role: 'must be a role', token: 'must be a token' };
        throw invalidInput([{ field: 'subject', message: wanted[scope] }]);
      }
      const now = clock.now();
      const rule: StoredAddressRule = {
        id: newId('adr', now),
        scope,
        subject,
        range: rangeText(range),
        note,
        createdBy: author.identity.userId,
        createdAt: now,
      };
      try {
        await change(author, confirm, (store) => store.add(rule));
      } catch (error) {
        if (isUniqueViolation(error)) {
          throw conflict('This rule is there already.', [{ field: 'range', message: 'is there already' }]);
        }
        throw error;
      }
      return viewOf(rule);
    },

    /** Removes a rule; without any, a list takes all addresses. Raises `lock_out_risk`. */
    async remove(author: RuleAuthor, id: string, confirm: boolean): Promise<void> {
      await change(author, confirm, async (store) => {
        if (!(await store.remove(id))) throw notFound('address rule', id);
      });
    },
  };
}

export type AddressRules = ReturnType<typeof createAddressRules>;

/**
 * The way back in for whoever can run commands on the host: takes the rules of the installation and of roles
 * away, on record. Those of API tokens stay, which keep no person out. A running server follows within a
 * second. Returns how many there were.
 */
export async function clearAddressRules({
  state,
  audit,
}: {
  readonly state: State;
  readonly audit: AuditLog;
}): Promise<number> {
  const cleared = await state.transaction(async (tx) => {
    const count = await addressRuleStore(tx).clear();
    await audit.append(
      {
        actor: { type: 'system', id: 'host-operator', name: 'Operator on the host' },
        action: 'address-rules.clear',
        target: null,
        outcome: 'succeeded',
        address: null,
        requestId: null,
        details: { count },
      },
      tx,
    );
    return count;
  });
  await state.broadcast.publish(topic, '').catch(() => undefined);
  return cleared;
}

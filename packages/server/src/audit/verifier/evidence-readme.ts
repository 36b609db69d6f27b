/** What the text in a bundle tells. */
export interface EvidenceFacts {
  readonly events: number;
  readonly disclosed: number;
  readonly closed: number;
  /** Fields that were asked for, by name. */
  readonly fields: readonly string[] | 'all';
  readonly logs: readonly { readonly origin: string; readonly size: number }[];
  /** POSIX milliseconds. */
  readonly madeAt: number;
  /** False when the bundle is too large to be inside verify.html as well. */
  readonly inPage: boolean;
}

/** Names come from outside: nothing in them may steer a terminal. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');

const many = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** `README.txt` of an evidence bundle: what it proves, what not, and three ways to check it. */
export function evidenceReadme(facts: EvidenceFacts): string {
  const fields =
    facts.fields === 'all'
      ? 'all that are still kept'
      : facts.fields.length === 0
        ? 'none'
        : plain(facts.fields.join(', '));
  const logs = facts.logs.map(({ origin, size }) => `  ${plain(origin)}, ${size} entries`);
  return `EVIDENCE FROM AN AUDIT LOG

Made ${new Date(facts.madeAt).toISOString()}: ${many(facts.events, 'event')}, ${many(facts.disclosed, 'field')} disclosed, ${many(facts.closed, 'field')} closed.
Fields that were asked to be disclosed: ${fields}
Proven against the state that these logs signed:
${logs.join('\n')}


WHAT IT PROVES
Each event is in the log, at its place, byte for byte as it was recorded, and the log signed that. If the
policy asks for witnesses, others signed the same state of the log. Each disclosed field is the one that the
event committed to when it was recorded. Closed fields exist and stay unknown: what is in them cannot be found
out from this folder, not even by trying values.

WHAT IT DOES NOT PROVE
That what an event says is true. That there are no other events. That a field was not disclosed for a reason.
And by itself not whose log it is: policy.txt holds the keys that are believed, and it comes from whoever made
this folder. Get the policy of the log from somewhere else (its owner's site, a contract, an earlier bundle)
and check with that. Without witnesses, the holder of the log's key could have kept a second history.


HOW TO CHECK
In a browser, without a network: open verify.html${facts.inPage ? '' : ' and drop bundle.json on it (it is too large to be inside the page)'}.
  To use your own policy, drop its file on the page. Chrome 137, Firefox 129, Safari 17 or later.

With Python 3.8 or later and nothing else:
  python3 verify.py bundle.json
  python3 verify.py --policy YOUR-POLICY.txt bundle.json
  Exit code 0: verified. 1: not verified. 2: not understood.

With Go, by the packages behind Go's checksum database (golang.org/x/mod/sumdb), one event at a time. Take the
key out of the line "log KEY" of the policy. It checks the log's signature and the place of the event, not
witnesses and disclosed fields:
  go run verify.go KEY receipts/00001.tlog-proof leaves/00001.json

Any other tool that reads C2SP tlog-proof will do as well: the files in receipts/ are such proofs, for the
exact bytes of the file of the same number in leaves/.


WHAT IS IN HERE
bundle.json    everything below in one file: events, proofs, disclosures, policy (custos-evidence/1)
verify.html    a page that checks it; opens no connection
verify.py      the same in Python, by another hand
verify.go      the place of one event, with Go's packages
policy.txt     the keys that the maker believes (C2SP tlog-policy)
checkpoints/   the signed state of each log (C2SP tlog-checkpoint)
receipts/      the proof of each event (C2SP tlog-proof)
leaves/        the exact bytes of each event that the log hashed, without disclosed fields
`;
}

/** Says why a form cannot be changed here. */
export function ReadOnlyNote({ what }: { what: string }) {
  return (
    <p className="quiet" role="note" style={{ marginBottom: 16 }}>
      This {what} is written in the configuration file. Change it there; it is read-only here.
    </p>
  );
}

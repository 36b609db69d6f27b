import { Empty } from '../../ui/states.tsx';

/** A search that cannot be read: how one is written. */
export function FaultView() {
  return (
    <Empty title="The search cannot be read">
      Write words, “some words”, field:value, field:a*, field:/a.+b/, number:&gt;100, level:&gt;=warn, and
      join them with AND, OR, NOT, - and ( ).
    </Empty>
  );
}

/** What this rule needs to know of a service. */
export interface DependencyNode {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/**
 * Finds a dependency cycle: returns the ids along it, the first one repeated at the end, or `undefined`.
 * Depth-first search with three colours; linear in services and dependencies.
 */
export function findCycle(nodes: readonly DependencyNode[]): readonly string[] | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const done = new Set<string>();

  for (const root of nodes) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { readonly id: string; next: number }[] = [];
    const enter = (id: string): void => {
      path.push(id);
      onPath.add(id);
      stack.push({ id, next: 0 });
    };
    if (!done.has(root.id)) enter(root.id);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const parent = byId.get(frame.id)?.dependsOn[frame.next];
      frame.next += 1;
      if (parent === undefined) {
        stack.pop();
        path.pop();
        onPath.delete(frame.id);
        done.add(frame.id);
      } else if (onPath.has(parent)) {
        return [...path.slice(path.indexOf(parent)), parent];
      } else if (!done.has(parent) && byId.has(parent)) {
        enter(parent);
      }
    }
  }
  return undefined;
}

/** A map that keeps only the entries added last. Adding a key again neither moves nor replaces it. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();

  /** @param capacity how many entries are kept, at least 1 */
  constructor(private readonly capacity: number) {}

  /** Adds an entry and forgets the oldest beyond the capacity; false if the key is there already. */
  add(key: K, value: V): boolean {
    if (this.#entries.has(key)) {
      return false;
    }
    this.#entries.set(key, value);
    if (this.#entries.size > this.capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** Puts another value in the place of one that is there, which stays as old as it is. */
  replace(key: K, value: V): void {
    if (this.#entries.has(key)) {
      this.#entries.set(key, value);
    }
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** From oldest to newest. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }
}

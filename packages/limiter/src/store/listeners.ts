/** Who wants to hear of something, by scope. */
export interface Listeners<News> {
  /** Returns the way to stop listening. */
  add(scope: string, listener: (news: News) => void): () => void;
  tell(scope: string, news: News): void;
  readonly scopes: number;
}

export function createListeners<News>(): Listeners<News> {
  const byScope = new Map<string, Set<(news: News) => void>>();
  return {
    add(scope, listener) {
      const listeners = byScope.get(scope) ?? new Set();
      byScope.set(scope, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) byScope.delete(scope);
      };
    },
    tell(scope, news) {
      for (const listener of byScope.get(scope) ?? []) listener(news);
    },
    get scopes() {
      return byScope.size;
    },
  };
}

// One value kept by the browser, under a name. A browser that keeps nothing is no reason to fail: the
// value is then forgotten with the page.

export function kept<Value>(where: () => Storage, name: string) {
  return {
    name,
    read(): Value | null {
      try {
        return JSON.parse(where().getItem(name) ?? 'null');
      } catch {
        return null;
      }
    },
    write(value: Value | null) {
      try {
        if (value === null) where().removeItem(name);
        else where().setItem(name, JSON.stringify(value));
      } catch {
        // It is full, or forbidden.
      }
    },
  };
}

// The names that begin so and have a value.
export function namesOf(where: () => Storage, prefix: string) {
  try {
    return Object.keys(where()).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

// One value kept by the browser, under a name. A browser that keeps nothing is no reason to fail: the
// value is then forgotten with the page.

export function kept(where, name) {
  return {
    name,
    read() {
      try {
        return JSON.parse(where().getItem(name));
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        if (value === null) where().removeItem(name);
        else where().setItem(name, JSON.stringify(value));
      } catch {
        // It is full, or forbidden.
      }
    },
  };
}

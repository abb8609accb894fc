// Errors of graphql-js as we show them.

// A column is a number of characters; graphql-js counts UTF-16.
function locate(text, position) {
  const before = text.slice(0, position).split(/\r\n|[\n\r]/);

  return { line: before.length, column: [...before.at(-1)].length + 1 };
}

export function theirError({ message, positions, path }, text) {
  return {
    message,
    ...(positions?.length ? { locations: positions.map((at) => locate(text, at)) } : {}),
    ...(path ? { path } : {}),
  };
}

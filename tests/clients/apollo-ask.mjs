// How an Apollo Client asks, whatever its link: what the server said of an error is what is thrown.

export function askOf(client, { gql, errorsOf }) {
  return async (document, variables) => {
    const operation = { variables, fetchPolicy: 'no-cache' };
    const { data } = await (document.startsWith('mutation')
      ? client.mutate({ mutation: gql(document), ...operation })
      : client.query({ query: gql(document), ...operation })
    ).catch((error) => {
      throw errorsOf(error)?.[0] ?? error;
    });
    return data;
  };
}

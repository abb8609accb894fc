// Of documents: names, unused variables and fragments, deprecated fields, and that they fit the schema.
// The schema and the documents are those of .graphqlrc.yml.

import graphql from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['src/**/*.graphql'],
    languageOptions: { parser: graphql.parser },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/operations-recommended'].rules,
    },
  },
];

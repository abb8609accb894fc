// npm's graphql, which the engine is compared with; where it is missing, words on how to get it.

async function load(name) {
  try {
    return (await import(name)).default;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.log('Bail out! run `npm ci` in tests/engine, or `tools/dev test`');
    return process.exit(1);
  }
}

export const graphql = await load('graphql');
export const { validateSDL } = await load('graphql/validation/validate.js');

// An issuer of tokens on 127.0.0.1: it publishes its keys as a JWKS, counts who asks for them, and
// may be told to answer in any other way.
//
//     const issuer = await Issuer.start();
//     const key = issuer.publish(makeKey('ES256', 'first'));
//     key.token({ sub: 'ann' });

import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

import { Dependency } from '../lib/dependency.mjs';

const HASHES = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384' };

function makePair(alg) {
  if (alg.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: alg === 'ES384' ? 'P-384' : 'P-256' });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

export class Key {
  constructor(alg, kid) {
    this.alg = alg;
    this.kid = kid;
    this.pair = makePair(alg);
  }

  get jwk() {
    return { ...this.pair.publicKey.export({ format: 'jwk' }), alg: this.alg, use: 'sig', kid: this.kid };
  }

  get pem() {
    return this.pair.publicKey.export({ format: 'pem', type: 'spki' });
  }

  // exp is an hour from now unless the claims say otherwise.
  token(claims, header = {}) {
    const payload = { exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
    const text = [{ alg: this.alg, typ: 'JWT', kid: this.kid, ...header }, payload].map(encode).join('.');
    const options = { key: this.pair.privateKey, dsaEncoding: 'ieee-p1363' };
    if (this.alg === 'PS256') Object.assign(options, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    return `${text}.${sign(HASHES[this.alg] ?? null, Buffer.from(text), options).toString('base64url')}`;
  }
}

export class Issuer extends Dependency {
  requests = 0;
  paths = [];
  #answer = (request, response) => response.end('{"keys":[]}');

  static async start(make = createServer) {
    const issuer = new Issuer();
    issuer.serve(
      make((request, response) => {
        issuer.requests++;
        issuer.paths.push(request.url);
        issuer.#answer(request, response);
      }),
    );
    await issuer.return();
    return issuer;
  }

  get url() {
    return `${this.origin}/.well-known/jwks.json`;
  }

  // Only these from now on.
  publish(keys, headers = {}) {
    const body = JSON.stringify({ keys: keys.map((key) => key.jwk) });
    this.answer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(body);
    });
  }

  answer(how) {
    this.#answer = how;
  }
}

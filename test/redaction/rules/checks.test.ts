import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  crc32,
  digitsOf,
  isChecksummedToken,
  isLuhn,
  isMod97,
  isVerhoeff,
} from '../../../src/redaction/rules/checks/checksums.ts';
import { isPlaceholder, isTemplate } from '../../../src/redaction/rules/checks/placeholders.ts';
import { entropyBits, languageBits, monotonyShare } from '../../../src/redaction/rules/checks/randomness.ts';
import { piiRules, secretRules } from '../../../src/redaction/rules/index.ts';
import { validators } from '../../../src/redaction/validators.ts';
import { Values } from '../../fixtures/benign/random.ts';

const all = Object.entries(validators);

describe('validators', () => {
  test('every check that a rule names exists, and every check is named by a rule', () => {
    const named = new Set([...secretRules, ...piiRules].flatMap((rule) => rule.validators ?? []));
    expect([...named].sort()).toEqual(Object.keys(validators).sort());
  });

  test('no check throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const [, check] of all) check(text);
      }),
    );
  });

  test('no check accepts the empty text', () => {
    for (const [name, check] of all) expect(name.startsWith('not_') || !check(''), name).toBe(true);
  });

  test('a check says the same of the same text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const [, check] of all) expect(check(text)).toBe(check(text));
      }),
    );
  });
});

describe('check digits', () => {
  test('CRC-32 is the one of IEEE 802.3', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => expect(crc32(text)).toBe(Bun.hash.crc32(text))),
    );
  });

  // One wrong digit anywhere must be noticed: that is what these schemes promise.
  const schemes: [string, string, (digits: readonly number[]) => boolean][] = [
    ['Luhn', '4539578763621486', isLuhn],
    ['Verhoeff', '2363', isVerhoeff],
  ];
  for (const [name, valid, check] of schemes) {
    test(`${name} accepts a valid number and refuses each with one digit changed`, () => {
      const digits = digitsOf(valid);
      expect(check(digits)).toBe(true);
      for (let at = 0; at < digits.length; at++) {
        for (let digit = 0; digit < 10; digit++)
          if (digit !== digits[at]) expect(check(digits.with(at, digit))).toBe(false);
      }
    });
  }

  test('MOD 97 accepts the example of ISO 13616 in any spacing and refuses swapped neighbours', () => {
    const iban = 'GB82WEST12345698765432';
    expect(isMod97(iban)).toBe(true);
    expect(isMod97('gb82 west 1234 5698 7654 32')).toBe(true);
    expect(isMod97('GB82-WEST-1234-5698-7654-32')).toBe(true);
    expect(isMod97('GB82WEST12345698765423')).toBe(false);
    expect(isMod97('GB82WEST1234569876543*')).toBe(false);
  });

  test('a token whose checksum is of another body is refused', () => {
    expect(isChecksummedToken(`ghp_${'a'.repeat(36)}`)).toBe(false);
    expect(isChecksummedToken('ghp_short')).toBe(false);
  });
});

describe('languageBits()', () => {
  test('tells words and names in code from random values', () => {
    const words = [
      'kubernetes-service-account',
      'DefaultListableBeanFactory',
      'access_token_expiration',
      'passwordResetRequired',
    ];
    for (const word of words) expect(languageBits(word), word).toBeGreaterThan(0);
    const values = new Values(7);
    let random = 0;
    for (let i = 0; i < 200; i++)
      if (languageBits(values.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 32)) < 0) random++;
    expect(random).toBe(200);
  });

  test('says nothing of texts without neighbours that count', () => {
    for (const text of ['', 'a', '2026', '-_-', '日本語']) expect(languageBits(text)).toBe(0);
  });
});

test('entropyBits() is 0 for one character repeated and 4 for sixteen different ones', () => {
  expect(entropyBits('')).toBe(0);
  expect(entropyBits('aaaa')).toBe(0);
  expect(entropyBits('0123456789abcdef')).toBeCloseTo(4);
});

test('monotonyShare() is 1 for counting and repeating, and low for random values', () => {
  expect(monotonyShare('abcdef')).toBe(1);
  expect(monotonyShare('0000')).toBe(1);
  expect(monotonyShare('f3a9c1e7')).toBeLessThan(0.3);
});

test('placeholders and templates are known by their marks', () => {
  for (const text of [
    'your_api_key',
    'CHANGEME',
    'xxxxXXXX',
    '${TOKEN}',
    '{{ token }}',
    '<token>',
    'process.env.X',
    '$TOKEN',
    '/run/secrets/x',
  ]) {
    expect(isPlaceholder(text), text).toBe(true);
  }
  expect(isTemplate('$2b$10$abc')).toBe(false);
  expect(isPlaceholder('Zk3pQ9vR')).toBe(false);
});

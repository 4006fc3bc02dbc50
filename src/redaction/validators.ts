/**
 * The checks that rules name in `validators`: pure functions of the candidate's text, each linear in it.
 *
 * A check says yes or no to text that a pattern already found, so shapes are not checked twice.
 */
import { digitsOf, isChecksummedToken, isLuhn, isMod97 } from './rules/checks/checksums.ts';
import { isHex, isKeyShaped } from './rules/checks/key-shape.ts';
import { nationalChecks } from './rules/checks/national.ts';
import {
  acceptsEmail,
  acceptsIpv4,
  acceptsIpv6,
  acceptsLocalPhone,
  acceptsMac,
  acceptsPhone,
  acceptsSsn,
} from './rules/checks/personal.ts';
import {
  isCredentialPair,
  isGenericSecret,
  isOpaqueToken,
  isPasswordValue,
  isSignRich,
  isUrlPassword,
  isVariedToken,
} from './rules/checks/secrecy.ts';

/** Every check by the name that a rule's `validators` gives it; the engine refuses a name that is not here. */
export const validators: Readonly<Record<string, (text: string) => boolean>> = {
  varied_token: isVariedToken,
  opaque_token: isOpaqueToken,
  generic_secret: isGenericSecret,
  key_shaped: isKeyShaped,
  sign_rich: isSignRich,
  password_value: isPasswordValue,
  url_password: isUrlPassword,
  credential_pair: isCredentialPair,
  not_hex_tail: (text) => !isHex(text.slice(text.indexOf('-') + 1)),
  not_example: (text) => !text.toLowerCase().includes('example'),
  github_checksum: isChecksummedToken,
  luhn: (text) => isLuhn(digitsOf(text)),
  iban_mod97: isMod97,
  email_address: acceptsEmail,
  public_ipv4: acceptsIpv4,
  public_ipv6: acceptsIpv6,
  mac_address: acceptsMac,
  phone_number: acceptsPhone,
  local_phone: acceptsLocalPhone,
  us_ssn: acceptsSsn,
  ...nationalChecks,
};

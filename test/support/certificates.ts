import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** What a receiver may show; all but `good` are to be refused. */
export interface TestCertificates {
  /** The authority to trust, for `tls.setDefaultCACertificates`. */
  readonly authority: string;
  readonly good: Certificate;
  readonly expired: Certificate;
  readonly notYetValid: Certificate;
  readonly wrongHost: Certificate;
  readonly selfSigned: Certificate;
  readonly unknownAuthority: Certificate;
  /** For clients only. */
  readonly otherPurpose: Certificate;
  /** Below an authority that may have none below itself. */
  readonly pathTooLong: Certificate;
}

interface Leaf {
  /** None makes it sign itself. */
  readonly signedBy?: Certificate;
  readonly host?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly isForClients?: boolean;
}

export async function makeCertificates(): Promise<TestCertificates> {
  const [authority, stranger] = await Promise.all([makeAuthority('Test CA'), makeAuthority('Stranger CA')]);
  const make = (leaf: Leaf) => makeLeaf({ signedBy: authority, ...leaf });
  const [good, expired, notYetValid, wrongHost, unknownAuthority, selfSigned, otherPurpose] =
    await Promise.all([
      make({}),
      make({ validFrom: '2020-01-01', validUntil: '2021-01-01' }),
      make({ validFrom: '2098-01-01', validUntil: '2099-01-01' }),
      make({ host: 'elsewhere.example.com' }),
      make({ signedBy: stranger }),
      makeLeaf({}),
      make({ isForClients: true }),
    ]);
  const last = await makeAuthority('Last CA', { signedBy: authority, pathLenConstraint: 0 });
  const beyond = await makeAuthority('CA beyond the last', { signedBy: last });
  return {
    authority: authority.cert,
    good,
    expired,
    notYetValid,
    wrongHost,
    selfSigned,
    unknownAuthority,
    otherPurpose,
    pathTooLong: withChain(await make({ signedBy: beyond }), beyond, last),
  };
}

/** The certificate with those that lead to the authority, as a receiver shows them. */
function withChain({ key, cert }: Certificate, ...chain: readonly Certificate[]): Certificate {
  return { key, cert: [cert, ...chain.map((one) => one.cert)].join('\n') };
}

/** For one host, or all below `*.`, with the authority to trust. */
export async function makeTrustedCertificate(host: string): Promise<Certificate & { authority: string }> {
  const signedBy = await makeAuthority('Test CA');
  return { ...(await makeLeaf({ signedBy, host })), authority: signedBy.cert };
}

interface Authority {
  readonly signedBy?: Certificate;
  /** How many authorities may be below it. */
  readonly pathLenConstraint?: number;
}

async function makeAuthority(
  commonName: string,
  { signedBy, pathLenConstraint }: Authority = {},
): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(signedBy && { ca: signedBy }),
    extensions: [
      {
        name: 'basicConstraints',
        cA: true,
        critical: true,
        ...(pathLenConstraint === undefined ? {} : { pathLenConstraint }),
      },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function makeLeaf({ signedBy, host, validFrom, validUntil, isForClients }: Leaf): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: host ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(signedBy && { ca: signedBy }),
    ...(validFrom && { notBeforeDate: new Date(validFrom) }),
    ...(validUntil && { notAfterDate: new Date(validUntil) }),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: host
          ? [{ type: 2, value: host }]
          : [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
      },
      ...(isForClients ? [{ name: 'extKeyUsage', clientAuth: true } as const] : []),
    ],
  });
  return { key: made.private, cert: made.cert };
}

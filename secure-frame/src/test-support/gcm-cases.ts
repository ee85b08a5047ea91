/** A published case of AES-256-GCM with a 96-bit nonce and a 128-bit tag; all in hexadecimal. */
export interface GCMCase {
  name: string;
  key: string;
  iv: string;
  plaintext: string;
  aad: string;
  ciphertext: string;
  tag: string;
}

const gcm = (
  name: string,
  key: string,
  iv: string,
  plaintext: string,
  aad: string,
  ciphertext: string,
  tag: string,
): GCMCase => ({ name, key, iv, plaintext, aad, ciphertext, tag });

const zeros = '0'.repeat(64);
const feffe = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
const cafe = 'cafebabefacedbaddecaf888';
const text64 =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
const sealed64 =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';

/** D. McGrew and J. Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B. */
const mcGrewViega = [
  gcm('test case 13', zeros, '0'.repeat(24), '', '', '', '530f8afbc74536b9a963b4f1c4cb738b'),
  gcm(
    'test case 14',
    zeros,
    '0'.repeat(24),
    '0'.repeat(32),
    '',
    'cea7403d4d606b6e074ec5d3baf39d18',
    'd0d1c8a799996bf0265b98b5d48ab919',
  ),
  gcm('test case 15', feffe, cafe, text64, '', sealed64, 'b094dac5d93471bdec1a502270e3cc6c'),
  gcm(
    'test case 16',
    feffe,
    cafe,
    text64.slice(0, 120),
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed64.slice(0, 120),
    '76fc6ece0f4e1768cddf8853bb2d551b',
  ),
];

/** NIST CAVP gcmtestvectors, gcmEncryptExtIV256.rsp and gcmDecrypt256.rsp (CAVS 14.0). */
const nist = [
  gcm(
    'encrypt, PTlen 0, AADlen 0',
    'b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4',
    '516c33929df5a3284ff463d7',
    '',
    '',
    '',
    'bdc1ac884d332457a1d2664f168c76f0',
  ),
  gcm(
    'encrypt, PTlen 128, AADlen 0',
    '31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22',
    '0d18e06c7c725ac9e362e1ce',
    '2db5168e932556f8089a0622981d017d',
    '',
    'fa4362189661d163fcd6a56d8bf0405a',
    'd636ac1bbedd5cc3ee727dc2ab4a9489',
  ),
  gcm(
    'encrypt, PTlen 128, AADlen 128',
    '92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b',
    'ac93a1a6145299bde902f21a',
    '2d71bcfa914e4ac045b2aa60955fad24',
    '1e0889016f67601c8ebea4943bc23ad6',
    '8995ae2e6df3dbf96fac7b7137bae67f',
    'eca5aa77d51d4a0a14d9c51e1da474ab',
  ),
  gcm(
    'encrypt, PTlen 256, AADlen 384',
    'dc776f0156c15d032623854b625c61868e5db84b7b6f9fbd3672f12f0025e0f6',
    '67130951c4a57f6ae7f13241',
    '9378a727a5119595ad631b12a5a6bc8a91756ef09c8d6eaa2b718fe86876da20',
    'fd0920faeb7b212932280a009bac969145e5c316cf3922622c3705c3457c4e9f124b2076994323fbcfb523f8ed16d241',
    '6d958c20870d401a3c1f7a0ac092c97774d451c09f7aae992a8841ff0ab9d60d',
    'b876831b4ecd7242963b040aa45c4114',
  ),
  gcm(
    'encrypt, PTlen 408, AADlen 0',
    '1fded32d5999de4a76e0f8082108823aef60417e1896cf4218a2fa90f632ec8a',
    '1f3afa4711e9474f32e70462',
    '06b2c75853df9aeb17befd33cea81c630b0fc53667ff45199c629c8e15dce41e530aa792f796b8138eeab2e86c7b7bee1d40b0',
    '',
    '91fbd061ddc5a7fcc9513fcdfdc9c3a7c5d4d64cedf6a9c24ab8a77c36eefbf1c5dc00bc50121b96456c8cd8b6ff1f8b3e480f',
    '30096d340f3d5c42d82a6f475def23eb',
  ),
  gcm(
    'encrypt, PTlen 408, AADlen 160',
    '24501ad384e473963d476edcfe08205237acfd49b5b8f33857f8114e863fec7f',
    '9ff18563b978ec281b3f2794',
    '27f348f9cdc0c5bd5e66b1ccb63ad920ff2219d14e8d631b3872265cf117ee86757accb158bd9abb3868fdc0d0b074b5f01b2c',
    'adb5ec720ccf9898500028bf34afccbcaca126ef',
    'eb7cb754c824e8d96f7c6d9b76c7d26fb874ffbf1d65c6f64a698d839b0b06145dae82057ad55994cf59ad7f67c0fa5e85fab8',
    'bc95c532fecc594c36d1550286a7a3f0',
  ),
  gcm(
    'decrypt, PTlen 0, AADlen 0',
    'f5a2b27c74355872eb3ef6c5feafaa740e6ae990d9d48c3bd9bb8235e589f010',
    '58d2240f580a31c1d24948e9',
    '',
    '',
    '',
    '15e051a5e4a5f5da6cea92e2ebee5bac',
  ),
  gcm(
    'decrypt, PTlen 128, AADlen 0',
    '4c8ebfe1444ec1b2d503c6986659af2c94fafe945f72c1e8486a5acfedb8a0f8',
    '473360e0ad24889959858995',
    '7789b41cb3ee548814ca0b388c10b343',
    '',
    'd2c78110ac7e8f107c0df0570bd7c90c',
    'c26a379b6d98ef2852ead8ce83a833a7',
  ),
  gcm(
    'decrypt, PTlen 128, AADlen 128',
    '54e352ea1d84bfe64a1011096111fbe7668ad2203d902a01458c3bbd85bfce14',
    'df7c3bca00396d0c018495d9',
    '85fc3dfad9b5a8d3258e4fc44571bd3b',
    '7e968d71b50c1f11fd001f3fef49d045',
    '426e0efc693b7be1f3018db7ddbb7e4d',
    'ee8257795be6a1164d7e1d2d6cac77a7',
  ),
  gcm(
    'decrypt, PTlen 256, AADlen 384',
    '42f6c25159b8655380f052dd5dad180e76813b60eb813665c5015f26cf32e8f1',
    '7248a5ed48f4f1b4a9db3826',
    '9a329cb45b0093e9c00615137dd7dbd1f8b525999af3bfc222315f41817717a7',
    '8e3c74f127dbfe29ac4de0a7c3240ee8aa8d38a82f38ad6b480236c8cd4232057a5502e936bfe22225830fa195a8afce',
    '26325c3463813a7d59d184a330ef80959637fa6db4f5db3062d3d2ec7e32d82a',
    '4f39c63d4f215d5b39a58853d3842175',
  ),
  gcm(
    'decrypt, PTlen 408, AADlen 0',
    '4433db5fe066960bdd4e1d4d418b641c14bfcef9d574e29dcd0995352850f1eb',
    '0e396446655582838f27f72f',
    'd602c06b947abe06cf6aa2c5c1562e29062ad6220da9bc9c25d66a60bd85a80d4fbcc1fb4919b6566be35af9819aba836b8b47',
    '',
    'b0d254abe43bdb563ead669192c1e57e9a85c51dba0f1c8501d1ce92273f1ce7e140dcfac94757fabb128caad16912cead0607',
    'ffd0b02c92dbfcfbe9d58f7ff9e6f506',
  ),
  gcm(
    'decrypt, PTlen 408, AADlen 160',
    '6450d4501b1e6cfbe172c4c8570363e96b496591b842661c28c2f6c908379cad',
    '7e4262035e0bf3d60e91668a',
    '17449e236ef5858f6d891412495ead4607bfae2a2d735182a2a0242f9d52fc5345ef912dbe16f3bb4576fe3bcafe336dee6085',
    'f1c522f026e4c5d43851da516a1b78768ab18171',
    '5a99b336fd3cfd82f10fb08f7045012415f0d9a06bb92dcf59c6f0dbe62d433671aacb8a1c52ce7bbf6aea372bf51e2ba79406',
    'fe93b01636f7bb0458041f213e98de65',
  ),
];

/** Project Wycheproof, aes_gcm_test.json: pseudorandom cases and tags that are all ones or all zeros. */
const wycheproof = [
  gcm(
    'tcId 116',
    '0f112e59cdccd851c3b8e76c9f05a3b7c2e4feca5846afeb351c1cbcace82f04',
    '7147973339d86789a2c9a958',
    '102e5804dda1fb5d656077edb15cadb5d0bdee8c',
    '37128be45f0a7f329546e1492c3c9c2d2534d5b1f5147e49ab91221e7c3edea21bbe47bfe3619437ce3c61e6e946c504f348296918219e51bf2c5598589cff',
    '618ac626ae0e8d06c2fd2fb66be253dc26ed6e38',
    'd8d93ff975cb988f09174dcd439cb6a4',
  ),
  gcm(
    'tcId 117',
    '2ce6b4c15f85fb2da5cc6c269491eef281980309181249ebf2832bd6d0732d0b',
    'c064fae9173b173fd6f11f34',
    'f8a27a4baf00dc0555d222f2fa4fb42dc666ea3c',
    '498d3075b09fed998280583d61bb36b6ce41f130063b80824d1586e143d349b126b16aa10fe57343ed223d6364ee602257fe313a7fc9bf9088f027795b8dc1d3',
    'aed58d8a252f740dba4bf6d36773bd5b41234bba',
    '01f93d7456aa184ebb49bea472b6d65d',
  ),
  gcm(
    'tcId 119',
    'd058304c0ba039b2e2d08661fd8f6db88779bd5ce580eb766c1d6ab34b94ee94',
    '3c553397fafda0eb06a59f23',
    '0a064cd5e49845c4efb60fb343dc03faffa36c49',
    'cfb1fe1c47e2450109eaed4e1aac9431aa5db1e3b7eeacad3ebc9e8e1f3e0a823f757f619761e61ad05af8cef83104890940cd592137eb7ba5879b95759c8be1525f9a01fc01582d93a2a841336a104d169968c274b5a8c30883b4bd621725f69079bb94a174a3c94db62f2ae746d03200f01c19aaa8a3b89e78b99a62f76f',
    'a7d84ff71dc713161359b757af42c74dddbf53ce',
    '736e48a2b7792acc599baa651629a203',
  ),
  gcm(
    'tcId 128, a tag of ones',
    '00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f',
    '0'.repeat(24),
    '561008fa07a68f5c61285cd013464eaf',
    '',
    '23293e9b07ca7d1b0cae7cc489a973b3',
    'f'.repeat(32),
  ),
  gcm(
    'tcId 129, a tag of zeros',
    '00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f',
    'f'.repeat(24),
    'c6152244cea1978d3e0bc274cf8c0b3b',
    '',
    '7cb6fc7c6abc009efe9551a99f36a421',
    '0'.repeat(32),
  ),
];

export const goodCases: readonly (readonly [source: string, GCMCase])[] = [
  ...mcGrewViega.map((it) => ['McGrew and Viega', it] as const),
  ...nist.map((it) => ['NIST CAVP', it] as const),
  ...wycheproof.map((it) => ['Wycheproof', it] as const),
];

/** NIST CAVP gcmDecrypt256.rsp, cases that must FAIL. */
const nistFailures = [
  gcm(
    'PTlen 0, AADlen 0',
    'e5a8123f2e2e007d4e379ba114a2fb66e6613f57c72d4e4f024964053028a831',
    '51e43385bf533e168427e1ad',
    '',
    '',
    '',
    '38fe845c66e66bdd884c2aecafd280e6',
  ),
  gcm(
    'PTlen 128, AADlen 0',
    'c997768e2d14e3d38259667a6649079de77beb4543589771e5068e6cd7cd0b14',
    '835090aed9552dbdd45277e2',
    '',
    '',
    '9f6607d68e22ccf21928db0986be126e',
    'f32617f67c574fd9f44ef76ff880ab9f',
  ),
  gcm(
    'PTlen 128, AADlen 128',
    '9a0343f850a6427120f764789ffec6d237447b898fbf51d2182f065d3861497d',
    '3deef6f453dd70d92143adcd',
    '',
    'dbb8226a624520863db6897017b2a4f8',
    'e93165935ac18e3a2845d15fe31a9286',
    'f5fc50d18766bc3d9e16dd136d45816b',
  ),
  gcm(
    'PTlen 408, AADlen 0',
    '28ae911ee685872d906de12d7696351df8ef2234a74a95efa4ea15b327338fe0',
    '2fe6a815d4865181fade5fac',
    '',
    '',
    '1168442ef64656ef6577fb42c1919c84aae856388e4db9945bb8c9b8412bbe6458bc400444d5d2bf2630f83468f66f9e46e790',
    'b75f616fd1a3d6563b62b899e5a7e522',
  ),
  gcm(
    'PTlen 408, AADlen 160',
    'e9d381a9c413bee66175d5586a189836e5c20f5583535ab4d3f3e612dc21700e',
    '23e81571da1c7821c681c7ca',
    '',
    '6f39c9ae7b8e8a58a95f0dd8ea6a9087cbccdfd6',
    'a25f3f580306cd5065d22a6b7e9660110af7204bb77d370f7f34bee547feeff7b32a596fce29c9040e68b1589aad48da881990',
    '5b6dcd70eefb0892fab1539298b92a4b',
  ),
];

/** Project Wycheproof, aes_gcm_test.json, tcId 130 to 156: tags of one ciphertext that are nearly right. */
const nearTags = [
  '9de8fef6d8ab1bf1bf887232eab590dd',
  '9ee8fef6d8ab1bf1bf887232eab590dd',
  '1ce8fef6d8ab1bf1bf887232eab590dd',
  '9ce9fef6d8ab1bf1bf887232eab590dd',
  '9ce8fe76d8ab1bf1bf887232eab590dd',
  '9ce8fef6d9ab1bf1bf887232eab590dd',
  '9ce8fef6daab1bf1bf887232eab590dd',
  '9ce8fef6d8ab1b71bf887232eab590dd',
  '9ce8fef6d8ab1bf1be887232eab590dd',
  '9ce8fef6d8ab1bf13f887232eab590dd',
  '9ce8fef6d8ab1bf1bfa87232eab590dd',
  '9ce8fef6d8ab1bf1bf887332eab590dd',
  '9ce8fef6d8ab1bf1bf887232ebb590dd',
  '9ce8fef6d8ab1bf1bf887232e8b590dd',
  '9ce8fef6d8ab1bf1bf8872326ab590dd',
  '9ce8fef6d8ab1bf1bf887232eab590dc',
  '9ce8fef6d8ab1bf1bf887232eab590df',
  '9ce8fef6d8ab1bf1bf887232eab5909d',
  '9ce8fef6d8ab1bf1bf887232eab5905d',
  '9de8fef6d8ab1bf1be887232eab590dd',
  '9ce8fe76d8ab1b71bf887232eab590dd',
  '9ce8fef6d8ab1b71bf887232eab5905d',
  '631701092754e40e40778dcd154a6f22',
  '00000000000000000000000000000000',
  'ffffffffffffffffffffffffffffffff',
  '1c687e76582b9b713f08f2b26a35105d',
  '9de9fff7d9aa1af0be897333ebb491dc',
];

export const failingCases: readonly (readonly [source: string, GCMCase])[] = [
  ...nistFailures.map((it) => ['NIST CAVP', it] as const),
  ...nearTags.map((tag, index) => {
    const key = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
    const ciphertext = 'b2061457c0759fc1749f174ee1ccadfa';
    const name = `tcId ${130 + index}`;
    return ['Wycheproof', gcm(name, key, '505152535455565758595a5b', '', '', ciphertext, tag)] as const;
  }),
];

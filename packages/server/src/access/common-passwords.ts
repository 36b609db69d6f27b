/**
 * Words that the most used passwords are built from. A password that is nothing but such words, repeated
 * or joined, with digits and signs around or between them, is as guessable as the word.
 */
export const commonWords: readonly string[] = [
  'password passwort passwords passw passwd pass kennwort contrasena motdepasse parola senha haslo wachtwoord',
  'welcome willkommen bienvenue hello hallo letmein login signin logon enter access open sesame opensesame',
  'admin administrator administrador root superuser super user username guest default system server manager',
  'test testing tester demo example sample temp temporary changeme change me changeit secret secure security',
  'qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm yxcvbnm qazwsx',
  'qazwsxedc qweasd qweasdzxc wasd abc abcd abcde abcdef abcdefg abcdefgh abcdefghijkl qwe asd zxc qaz wsx edc',
  'iloveyou ilove love you lovely loveme lover sweetheart darling princess sunshine angel baby babygirl honey',
  'monkey dragon tiger lion shadow master killer hunter ranger batman superman spiderman pokemon starwars matrix',
  'football baseball basketball soccer hockey liverpool chelsea arsenal barcelona juventus realmadrid manchester',
  'michael michelle jennifer jessica ashley daniel charlie thomas jordan andrew joshua matthew robert george',
  'summer winter spring autumn january february march april june july august september october november december',
  'monday tuesday wednesday thursday friday saturday sunday spring today tomorrow yesterday forever always',
  'computer internet samsung apple google microsoft windows linux ubuntu facebook instagram youtube amazon',
  'trustno one trustnoone whatever nothing something anything everything freedom blessed jesus christ heaven',
  'mustang ferrari porsche mercedes corvette harley yankees cowboys eagles lakers steelers chocolate cookie',
  'flower butterfly rainbow purple orange banana cheese pepper ginger silver golden diamond money lucky',
  'monitor monitoring grafana prometheus zabbix nagios elastic postgres mysql oracle mongodb redis docker',
  'company office work business bank finance payment the and my is this your our new old big best number first',
  'fuck fuckyou asshole bitch pussy sexy hot boy girl man woman mother father family friend friends computer',
]
  .join(' ')
  .split(' ');

/**
 * Whole passwords of at least 12 characters that top the lists of leaked ones and are not caught by the
 * words above or by a pattern. Lower case, without spaces.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  [
    'abc123456789 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 zaq1xsw2cde3',
    '1qaz1qaz1qaz q1w2e3r4t5y6 q1w2e3r4t5y6u7 qwerty123456 qwe123qwe123 a1b2c3d4e5f6 a1s2d3f4g5h6 asd123asd123',
    '123qweasdzxc 1234qwerasdf 1234qwerasdfzxcv qwer1234asdf qwerasdfzxcv 12qwaszx12qw 147258369147 147852369147',
    '159357159357 123654789123 741852963741 112233445566 121212121212 123123123123 102030405060 314159265358',
    '3141592653589 271828182845 198765432100 unbelievable relationship relationships extraordinary grandmother',
    'grandfather1 independence independent constitution firefighter1 motherfucker motherfuckers mamasboy1234',
    'correcthorsebatterystaple thequickbrownfox thequickbrownfoxjumps tobeornottobe maytheforcebewithyou',
    'winteriscoming hakunamatata1 hakunamatata supercalifragilistic abracadabra1 abracadabra123 rumpelstiltskin',
    'onceuponatime nevergonnagiveyouup iamthewalrus livelaughlove livelovelaugh tottenhamhotspur',
    'manchesterunited newcastleunited borussiadortmund bayernmunchen deutschland1 deutschland123 schalke04schalke',
    'blink182blink182 greenday1234 metallica1234 slipknot1234 nirvana12345 eminem123456 christopher1 alexander123',
    'elizabeth123 stephanie123 christina123 alejandro123 sebastian123 valentina123 guadalupe123 estrella1234',
    'adgjmptw1234 zxcvbnm12345 mnbvcxz12345 poiuytrewq12 lkjhgfdsa123 0987654321qw qwertyuiop12 asdfghjkl123',
  ]
    .join(' ')
    .split(' '),
);

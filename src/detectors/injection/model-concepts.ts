/**
 * The concept table of the learned score: words of about thirty languages by what they do in a request.
 *
 * Data, written by hand. An entry is a whole word, a stem (`ignor*`), or, in a script without spaces, a run of
 * characters. Words are folded as the text is: lower case, without diacritics. Where two concepts name one word, the
 * earlier concept has it. No weight is given here: what a sequence of concepts is worth is learned.
 */

/** Names of the concepts; the position is the number that features are made of. The first means "a sentence begins". */
export const CONCEPTS = [
  'sentence',
  'override',
  'prior',
  'all',
  'instruction',
  'restriction',
  'prompt',
  'system',
  'secret',
  'reveal',
  'verbatim',
  'initial',
  'given',
  'act',
  'role',
  'now',
  'unrestricted',
  'refuse',
  'mode',
  'answer',
  'new',
  'task',
  'stop',
  'send',
  'private_data',
  'address',
  'machine',
  'important',
  'user',
  'conceal',
  'authority',
  'text',
  'decode',
  'follow',
  'your',
  'you',
  'not',
  'only',
  'question',
  'must',
  'first_person',
  'tool',
  'harm',
  'about',
  'software',
  'translate',
  'end',
  'word',
  'beginning',
  'pretend',
  'without',
  'because',
  'test',
] as const;

/** Words of each concept, separated by spaces. */
export const CONCEPT_WORDS: Readonly<Record<string, string>> = {
  override: `ignor* disregard* forget* forgot* overrid* overrul* bypass* discard* neglect* overlook* circumvent* nullif* supersed*
    void scrap erase wipe abandon* drop skip suspend disobey* evade abolish cancel revoke
    ignoriere* vergiss vergesst vergessen missacht* missachte* verwirf verwerfe umgeh* ubergeh* uberspring* ausser* vernachlass*
    ignorez oubli* neglig* outrepass* contourn* passe desobei*
    ignora* olvid* desestim* descart* anul* salta* omit* desobede* prescind*
    ignorate dimentic* scord* trascur* scart* scavalc* disattend* tralasci*
    ignore esquec* esquece desconsider* despreze descarte burle contorn*
    negeer* vergeet vergeten omzeil* verwerp*
    ignorera glom glomma bortse bortse* strunta ignorer glem glemme se_bort tilsidesat* tilsidesett* overstyr* kringga
    unohda unohta* ohita jata sivuut*
    zignoruj* ignoruj* zapomnij* pomin* pomij* odrzuc* lekcewaz* obejdz
    zapomen* zapomin* zapomeň* prehlizej* pomin opomen* obejdi zabudn* zaboravi*
    ignorati uita* uitati treci nesocot*
    felejts* felejt* hagyd mellozd*
    игнорир* проигнорир* забуд* забыт* забыв* отбрось* отмени* обойди* обход* пренебрег* пропусти* отклони*
    ігнору* проігнору* забудь* обійд* знехту* відкинь* скасуй* игнорирай* забрави* пренебрегни*
    yoksay* gormez gormezden unut* atla gozardi bosver*
    αγνοησ* αγνοει* ξεχασ* ξεχνα* παρακαμψ* παραβλεψ*
    تجاهل* تجاهلي انسى انس انسي تخطى تجاوز الغ الغاء اهمل تناسى
    התעלם התעלמי התעלמו שכח שכחי תשכח תתעלם עקוף
    نادیده فراموش بیخیال صرفنظر
    अनदेखा अनदेखी भूल भुला नजरअंदाज उपेक्षा नज़रअंदाज़ भूलकर
    উপেক্ষা ভুলে অগ্রাহ্য
    abaikan lupakan acuhkan hiraukan kesampingkan langgar
    bỏ quên phớt lờ
    ละเว้น เพิกเฉย ไม่สนใจ ลืม ข้าม ละทิ้ง มองข้าม
    忽略 忽视 忽視 无视 無視 忘记 忘記 忘掉 忘了 抛开 拋開 不要理会 不要理會 绕过 繞過 不用管 别管 取消 撇开 跳过 作废 摒弃
    無視 忘れ 無効 破棄 従わない 従わず スキップ 取り消
    무시* 잊어* 잊고* 잊으* 무시하* 우회* 건너뛰* 폐기* 취소*
    puuza sahau ignorez balewal* huwag kalimutan kaligtaan`,
  prior: `previous* prior above earlier preceding preceeding before foregoing former aforementioned upstream past existing current hitherto
    vorherig* vorig* bisherig* obig* vorangegangen* vorhergehend* fruher* davor zuvor vorher oben vorstehend* bestehend*
    precedent* anterieur* dessus avant prealable* auparavant actuelles
    anterior* previ* previas arriba antes antecedent* existentes
    precedent* sopra prima antecedent* esistenti
    acima anterior* previas
    vorige voorgaand* eerder* bovenstaand* hierboven voorafgaand* bestaande
    tidigare foregaende ovan ovanstaende innan tidligere forrige ovenstaende foregaende ovenfor over
    aiemm* edellis* aikaisem* ylla
    poprzedn* wczesniejsz* powyzsz* dotychczasow*
    predchozi* predesl* vyse predoslych predchadzajuc* dosavadni* prethodn* sve
    anterioare precedent* dinainte
    korabb* elozo* fenti eddigi*
    предыдущ* прежн* ранее выше вышеуказан* прошл* предшеств* вышеизложен*
    попередн* раніше вище предишн* предходн*
    onceki yukarida* evvelki daha_once mevcut
    προηγουμεν* παραπανω πιο_πανω πρωτυτερ*
    السابقة السابق سابق سابقة سابقا اعلاه قبل الماضية المسبقة
    הקודמות הקודמים הקודם הקודמת קודם קודמות קודמים לעיל הנל
    قبلی پیشین بالا گذشته قبل
    पिछले पिछली पिछला पूर्व पहले उपरोक्त ऊपर
    পূর্ববর্তী আগের উপরের
    sebelumnya sebelum terdahulu diatas atas
    truoc trước
    ก่อนหน้า ข้างต้น ก่อนหน้านี้ ที่ผ่านมา เดิม
    之前 先前 以前 以上 上述 前面 上面 此前 原有 现有 前述
    以前 上記 これまで 前の 先ほど 従来 今まで 前述
    이전 이전의 앞서 앞의 위의 기존 기존의 지금까지 앞선
    awali uliopita yaliyotangulia nauna nakaraang`,
  all: `all any every everything entire* whatever anything each
    alle aller allen alles sämtlich* samtlich* jede* ganze*
    tous toutes tout toute chaque
    todas todos todo toda cualquier cada
    tutte tutti tutto tutta ogni qualsiasi
    todas todos tudo qualquer
    alle alles elke iedere
    alla allt samtliga alle alt
    kaikki kaiken kaikkia
    wszystk* kazd*
    vsechn* vse veskere vsetk* sve svih
    toate tot orice
    osszes minden*
    все всех всё всю весь любые любых каждую
    всі усі всіх усе всички
    tum tüm butun bütün hepsini her
    ολες ολους ολα ολο καθε
    كل جميع كافة اي
    כל הכל
    همه تمام تمامی
    सभी सब सारे समस्त हर
    সব সমস্ত সকল
    semua segala seluruh setiap
    tất tat mọi moi toàn
    ทั้งหมด ทุก
    所有 全部 一切 任何 整个
    すべて 全て 全部 あらゆる
    모든 모두 전부 일체
    yote zote lahat`,
  instruction: `instruction* instruct directive* guideline* rule rules command* orders guidance briefing constraints polic* programming
    anweisung* anleitung* vorgabe* regel regeln richtlinie* befehl* instruktion* anordnung* weisung* auftrag* auftrage
    consigne* directive* regle* ordre ordres
    instruccion* indicacion* directri* regla reglas orden ordenes pauta*
    istruzion* indicazion* direttiv* regola regole ordini comand*
    instrucoes instrucao diretriz* regra regras ordens orientac*
    instructie* richtlijn* regels opdracht* aanwijzing* bevelen
    instruktion* regler riktlinj* anvisning* order direktiv* instruks* retningslinj* anvisninger
    ohje ohjeet ohjeita ohjei* saanno* kasky* maarays*
    instrukcj* polecen* wytyczn* zasad* regul* rozkaz*
    instrukc* pokyn* pravidl* prikaz* instrukcij* uputstv* upute
    instructiun* reguli* indicatii
    utasitas* szabaly* iranyelv*
    инструкци* указани* правил* команд* директив* приказ* предписани* установк*
    інструкці* вказівк* настанов* наказ* указания
    talimat* kural* yonerge* komut* emir*
    οδηγιες οδηγιων κανονες κανονων εντολες εντολων
    التعليمات تعليمات تعليماتك التوجيهات توجيهات القواعد قواعد الاوامر اوامر الارشادات ارشادات تعليماتي
    הוראות ההוראות הנחיות ההנחיות כללים הכללים פקודות הוראותיך הנחיותיך
    دستور دستورات دستورالعمل دستورها قوانین فرمان راهنما
    निर्देश निर्देशों आदेश आदेशों नियम नियमों अनुदेश
    নির্দেশ নির্দেশনা নির্দেশাবলী নিয়ম
    instruksi perintah aturan arahan petunjuk panduan peraturan
    lệnh quy chỉ hướng dẫn
    คำสั่ง คำแนะนำ กฎ ข้อกำหนด แนวทาง
    指令 指示 规则 規則 命令 指引 说明 說明 准则 規定 规定 要求 设定 設定
    指示 命令 ルール 規則 指令 ガイドライン 設定 インストラクション
    지시 지시를 지시사항* 지침* 명령* 규칙* 지시* 안내
    maagizo maelekezo sheria tagubilin utos panuto`,
  restriction: `restrict* filter* limitation* limit limits censor* safet* safeguard* ethic* moral* guardrail* guard security boundar* constraint* protect* moderation legal* content_policy
    beschrankung* einschrankung* zensur* sicherheits* ethisch* moralisch* schranken
    contrainte* censure* securite ethique* moraux
    restriccion* limitacion* censura* seguridad etic* filtro*
    restrizion* limitazion* sicurezza etici
    restric* limitac* seguranca etica
    beperking* veiligheids* ethische
    begransning* sakerhet* restriktion* begraensning* sikkerhed* begrensning*
    ograniczen* cenzur* bezpieczenstw* etyczn*
    omezen* bezpecnost* etick*
    restrictii* limitari
    korlatozas* korlat* biztonsag*
    ограничен* цензур* фильтр* безопасност* этическ* морал* запрет*
    обмежен* безпек* етичн*
    kisitlama* sinirlama* sansur* guvenlik etik
    περιορισμ* ασφαλεια* ηθικ*
    قيود القيود رقابة الامان السلامة الاخلاقية حدود مرشحات
    הגבלות מגבלות צנזורה בטיחות אתיקה
    محدودیت سانسور ایمنی اخلاقی
    प्रतिबंध प्रतिबंधों सीमा सुरक्षा नैतिक
    batasan pembatasan sensor keamanan etika
    hạn chế kiểm duyệt
    ข้อจำกัด การกรอง ความปลอดภัย จริยธรรม
    限制 约束 約束 审查 審查 安全 道德 伦理 倫理 过滤
    制限 検閲 制約 安全 倫理 フィルター
    제한* 제약* 검열* 안전* 윤리* 필터*`,
  prompt: `prompt prompts preprompt preamble systemprompt system_prompt promptu promptem promptul promptunu промпт* промт* prompta
    aufforderung eingabeaufforderung invite
    プロンプト 提示词 提示詞 提示语 提示 프롬프트* برومبت المطالبة پرامپت प्रॉम्प्ट প্রম্পট พรอมต์ พรอมท์ פרומפט הפרומפט προτροπη`,
  system: `system systems root admin administrator* sudo kernel backend internal config configuration* developer* dev operator systeme sistema sistemas systemet systeem sistem sistemi rendszer* systemu systemow* systemow
    системн* систем* системи разработчик* entwickler* developpeur* desarrollador* sviluppatore desenvolvedor konfiguration* configuracion configuration intern interne internen interna wewnetrzn* internal внутрен*
    النظام نظام המערכת מערכת سیستم सिस्टम প্রণালী ระบบ 系统 系統 システム 시스템* hệ thống 开发者 開発者 개발자* 内部 管理员 管理者 관리자*`,
  secret: `secret* password* passphrase passcode passwort* kennwort* confidential hidden credential* token flag key keys api_key sensitive proprietary geheim* vertraulich* mot_de_passe motdepasse secrete* confidentiel* contrasena clave secreto* confidencial* segreto segreta parola_chiave riservat* senha segredo wachtwoord geheime hemlig* losenord* hemmelig* haslo hasla tajn* heslo parola jelszo titk* парол* секретн* секрет* скрыт* тайн* пароль секретний sifre* gizli gizl* κωδικο* μυστικ* السر السري كلمة المرور سرية الخفية סיסמה הסיסמה סוד סודי رمز مخفی محرمانه पासवर्ड गुप्त rahasia sandi mật khẩu bí รหัสผ่าน ความลับ 密码 密碼 秘密 机密 機密 隐藏 隱藏 口令 密钥 パスワード 秘密 機密 隠さ 合言葉 비밀* 비밀번호* 암호* 숨겨진 siri`,
  reveal: `reveal* show* display* print* output* repeat* disclos* expos* leak* dump* share* list tell* recite restate reproduce echo divulge spit paste present provide copy give describ* explain* summari* return reprint regurgitate transcribe unveil type spell spellcheck
    zeig* gib nenn* verrat* wiederhol* ausgeb* ausgib drucke offenbar* enthull* teile sag liste
    montre* affich* repet* revel* imprim* divulgu* donne* ecri* dis recopi*
    muestr* mostra* mostre* ensena* repit* revela* revele* imprim* dime dame divulg* escrib* comparte exhib*
    mostra* ripet* rivel* stampa* dimmi svela* elenca dammi scrivi condividi
    exib* repita* repete revele imprima diga escreva mostre
    toon* laat herhaal* onthul* geef druk vertel*
    visa upprepa avsloja skriv beratta vis gentag afslor* gjenta avslor* udskriv
    nayta toista paljasta tulosta kerro
    pokaz* wyswietl* powtorz* ujawnij* wypisz* podaj zdradz* wydrukuj
    ukaz* zobraz* opakuj* zopakuj* odhal* vypis* prozrad* rekni sdel*
    arata* afiseaza repeta dezvaluie spune
    mutasd ird ismeteld felfed* mondd
    покаж* показ* выведи* повтори* раскрой* раскры* напечата* напиши* скажи* сообщи* перечисли* выдай* назови* распечата* процитиру*
    покажи* виведи* розкрий* скажи
    goster* tekrarla* ifsa yazdir* acikla* paylas* soyle* yaz listele*
    δειξ* εμφανισ* επαναλαβ* αποκαλυψ* τυπωσ* πες
    اظهر أظهر اعرض اطبع كرر اكشف اخبرني شارك اكتب قل اعطني افصح
    הצג הראה חשוף הדפס חזור גלה אמור תגיד תציג תחשוף
    نشان تکرار فاش چاپ بگو افشا
    दिखाओ दिखाएं दिखाइए बताओ बताएं प्रकट दोहराओ दोहराएं लिखो प्रिंट बताइए
    দেখাও প্রকাশ বলো
    tampilkan tunjukkan ungkapkan ulangi cetak sebutkan bocorkan beritahu tuliskan perlihatkan
    hiển thị tiết lộ lặp
    แสดง เปิดเผย บอก พิมพ์ ทวน
    显示 顯示 输出 輸出 打印 透露 泄露 洩露 展示 重复 重複 告诉 告訴 列出 公开 复述 说出 給我 给我 揭示 写出
    表示 出力 教えて 繰り返 開示 見せて 公開 明かし 示して 書き出 暴露 復唱
    보여* 출력* 공개* 알려* 반복* 말해* 노출* 표시* 누설*
    onyesha rudia ipakita sabihin ulitin`,
  verbatim: `verbatim exact* word-for-word full fully complete completely whole entirely literally unmodified precise* raw unedited unchanged faithful* entirety
    wortlich* vollstandig* komplett* genau exakt wortwortlich
    integral* integralement complet* exactement mot_pour_mot textuel*
    textualmente complet* exact* literal* integr* completamente palabra
    letteralmente complet* esattamente parola integral*
    letterlijk volledig* exact
    ordagrant ordret fullstandig* hele
    doslown* calosc* dokladn* slovo doslova presne
    дословн* полност* целиком точно слово_в_слово буквально
    kelimesi aynen tam tamamen
    αυτολεξει ακριβως ολοκληρ*
    حرفيا بالضبط كاملة كامل بالكامل
    במלואו מילה_במילה בדיוק
    शब्दशः पूरा पूरी
    lengkap persis harfiah
    nguyên văn đầy
    คำต่อคำ ทั้งหมดโดยไม่
    逐字 完整 原文 原样 一字不差 全文
    そのまま 全文 一字一句 正確に 完全
    그대로 전체 정확히 전문을 원문`,
  initial: `initial* original* starting origin* base core underlying foundational opening earliest
    ursprunglich* anfanglich* erste erster ersten urspr*
    initiaux d'origine originel*
    inicial* iniziali* iniziale originari* originale*
    oorspronkelijke aanvankelijke
    ursprungliga oprindelige opprinnelige
    poczatkow* pierwotn* puvodn* pocatecni
    изначальн* первоначальн* исходн* начальн* початков*
    ilk baslangic* orijinal
    αρχικ*
    الاولية الاصلية الأصلية الاولى
    הראשוניות המקוריות המקורי
    اولیه اصلی
    प्रारंभिक मूल आरंभिक
    awal asli
    ban đầu gốc
    เริ่มต้น ดั้งเดิม
    初始 最初 原始 最开始 一开始
    最初 初期 元の 冒頭
    초기 처음 최초 원래`,
  given: `given gave told received provided configured programmed instructed loaded supplied written assigned trained fed hardcoded preloaded
    gegeben erhalten bekommen programmiert erteilt gesagt
    donne donnees recu recues fournies fourni
    dado dadas dados recibido recibiste recebeu recebidas dieron
    dato date ricevuto ricevute fornite fornito
    gekregen ontvangen gegeven
    fatt fick givet faet gitt
    otrzyma* dostal* dan* obdrzel*
    получил* дан данн* дали получен* отриман*
    verilen aldigin aldığın
    λαβ* εδωσαν δοθηκαν
    تلقيتها المعطاة اعطيت تلقيت
    שקיבלת שניתנו
    दिए दिया मिले
    diberikan diterima
    được cho nhận
    ที่ได้รับ
    收到 给你 給你 被告知
    与えられた 受け取った 受けた
    받은 주어진 받았던`,
  act: `act acts acting roleplay* role-play* impersonat* embody assume adopt portray behave become transform simulat* emulat* play
    handle agiere spiel* verhalte verkorper* tu_so
    agis agissez comporte* incarne* joue jouez
    actua* comporta* interpreta* encarna* juega simula*
    agisci comportati interpreta fingi recita
    aja atue finja comporte
    gedraag speel handel*
    agera uppfor spela opfor oppfor spil
    zachowuj wciel* udawaj dzialaj
    chovej predstir* hraj
    действуй* притвор* веди отыгр* изобраз* сыграй* представ*
    davran* rol_yap canlandir*
    συμπεριφερ* παιξε προσποι*
    تصرف مثل تظاهر العب
    התנהג שחק העמד
    رفتار نقش تظاهر
    अभिनय व्यवहार
    bertindak berperan bersikap pura
    đóng hành giả
    สวมบทบาท ทำตัว แสดงเป็น
    扮演 充当 充當 假装 假裝 模拟 扮作
    演じ 振る舞 なりきって ふり ロールプレイ
    연기* 행동* 역할극* 가장* 흉내*`,
  role: `role roles persona* character* identity alter ego entity twin personality clone rolle rollen role personnage identite papel personaje rol ruolo personaggio personagem karakter rol roll rola rolle postac uloha роль роли персонаж* личност* ρολο* دور شخصية תפקיד דמות نقش भूमिका peran karakter vai diễn บทบาท 角色 身份 人格 役 役割 キャラクター 인격 역할* 캐릭터* 페르소나*`,
  now: `now henceforth onwards hereafter anymore instead
    jetzt nun ab fortan nunmehr stattdessen
    maintenant desormais dorenavant
    ahora adelante partir
    ora adesso d'ora
    agora doravante
    nu voortaan
    nyt
    teraz odtad nyni odted ted sada od_sada
    теперь отныне сейчас тепер відтепер сега
    simdi artik bundan
    τωρα πλεον
    الان الآن فصاعدا
    עכשיו מעתה כעת
    اکنون حالا
    अब
    এখন
    sekarang mulai kini
    bây giờ từ
    ตอนนี้ จากนี้ ต่อไปนี้
    现在 現在 从现在 從現在 今后 此后 接下来 从此
    今から これから 今後 今は
    지금 이제 앞으로
    sasa ngayon`,
  unrestricted: `unrestrict* uncensor* unfilter* unlimited unbound* unconstrained jailbr* dan unethical amoral limitless unshackled liberated godmode unaligned unhinged
    uneingeschrankt* unzensiert* ungefiltert* unbeschrankt*
    non_censure illimite* debride*
    irrestrict* sin_censura ilimitad* illimitat*
    onbeperkt* ongecensureerd*
    ocensurerad obegransad*
    nieograniczon* neomezen*
    неограничен* нецензурир* свободн* джейлбрейк*
    sinirsiz sansursuz kisitlamasiz
    بلا_قيود
    不受 无限制 無限制 越狱 越獄 自由 不受限制
    無制限 脱獄 制限なし
    무제한 탈옥 제한없는`,
  refuse: `refus* reject* apolog* sorry cannot can't disclaim* warning* deny denied decline* unable warn disclaimer
    weiger* ablehn* verweiger* entschuldig* warnung*
    refuser avertissement* excus*
    rechaz* negar* niegu* disculp* advertencia*
    rifiut* avvertenz* scus*
    recus* negue desculp* avisos
    weiger* waarschuwing*
    vagra nekte afvise
    odmaw* odmow* odmit*
    отказ* извин* предупрежд*
    reddet* ozur uyari*
    αρνηθ* αρνεισαι
    ترفض رفض اعتذار تحذير
    תסרב סירוב
    امتناع رد
    मना इनकार चेतावनी
    menolak tolak peringatan
    từ chối
    ปฏิเสธ คำเตือน
    拒绝 拒絕 道歉 警告
    拒否 断ら 謝罪 警告
    거부* 거절* 사과* 경고*`,
  mode: `mode modes modus modo modalita modul tryb rezim режим* режимі lage tila mod moduna modu λειτουργια وضع الوضع מצב حالت मोड โหมด 模式 モード 모드* chế`,
  answer: `answer* respond* response* reply replies say says saying write utter
    antwort* sage schreib* erwider*
    repond* reponse* dites ecris
    respond* respuest* responde di contest* escribe
    rispond* rispost* dire
    resposta* responda
    antwoord* zeg schrijf
    svar* sag svara skriv
    vasta* sano
    odpowied* odpowiad* powiedz napisz odpovez* odpoved* rekni napis
    отвеч* ответ* ответь* напиш*
    відповід* відпов* відповідь
    cevap* yanit* yanitla*
    απαντ* γραψε
    اجب اجابة رد الرد
    ענה תענה תשובה
    پاسخ جواب
    उत्तर जवाब
    উত্তর
    jawab* balas katakan
    trả lời nói viết
    ตอบ พูด เขียน
    回答 回复 回覆 答复 说 写
    答え 回答 返答 返信 言って
    대답* 답변* 답하* 응답* 써줘`,
  new: `new different following another next updated replacement
    neue neuer neuen neues folgende* andere
    nouvelle* nouveau* suivant* autre
    nuev* siguiente* otra
    nuov* seguent* altro
    nova novas novo novos seguinte*
    nieuwe volgende
    nya ny nye folgende foljande
    uusi uudet seuraava
    now* nastepuj* nasledujic*
    novy nova nove
    новая новую новое новые новых новый нов следующ* наступн*
    yeni asagidaki
    νεα νεες νεο νεους
    جديدة جديد التالية الجديدة
    חדשות חדש הבאות
    جدید
    नए नया नई निम्नलिखित
    baru berikut
    mới sau
    ใหม่ ต่อไป
    新的 新 以下 下面 接下來
    新しい 次の 以下 新たな
    새로운 새 다음 다음의`,
  task: `task tasks assignment* request requests job mission objective goal
    aufgabe* anfrage
    tache* demande* mission
    tarea* peticion* solicitud*
    compito compiti richiest*
    tarefa* pedido*
    taak taken verzoek
    uppgift* opgave* oppgave*
    tehtava*
    zadani* zadanie prosb* ukol*
    задач* задани* запрос* завдан*
    gorev* istek
    εργασια καθηκον αιτημα
    المهمة مهمة مهام الطلب
    משימה משימות בקשה
    وظیفه کار درخواست
    कार्य काम अनुरोध
    tugas permintaan
    nhiệm vụ
    งาน ภารกิจ
    任务 任務 请求 請求
    タスク 任務 課題 依頼
    작업* 과제* 임무* 요청*`,
  stop: `stop halt cease quit nevermind hold wait stopp arret arretez para alto pare fermati basta ferma stoppa stans przestan zastav стоп стой хватит остановись прекрати dur durun σταματα توقف קף עצור توقف रुको रुकें berhenti dừng หยุด 停止 停下 停 やめ 停止 ストップ 멈춰* 중단* 그만*`,
  send: `send* forward* transfer* exfiltrat* upload* post* email* mail* deliver* transmit* submit append attach wire fetch curl navigate visit click download insert
    sende* schick* leite weiterleit* ubermittl* uberweis*
    envoie* envoy* transfer* transmet*
    envia* envie* reenvi* manda* remite transfier* adjunta*
    invia* inoltra* trasferisc* spedisci
    encaminh* transfira
    stuur verstuur doorstur*
    skicka vidarebefordra videresend*
    wyslij* przeslij* przekaz* odesli* preposli*
    отправ* перешли* пересла* передай* переведи* надішли* перешліть
    gonder* ilet* aktar*
    στειλ* προωθησ*
    ارسل أرسل حول
    שלח העבר תשלח
    ارسال بفرست
    भेजो भेजें भेज
    kirim* teruskan unggah
    gửi chuyển
    ส่ง โอน
    发送 發送 转发 轉發 上传 上傳 发到 传送 转账
    送信 転送 送って アップロード
    보내* 전송* 전달* 업로드* 송금*`,
  private_data: `conversation* history credential* inbox emails messages contacts account* balance transactions customer* database records files invoice* credit_card cookies session* environment env personal
    gesprach* verlauf konto*
    historique conversation* comptes
    historial conversacion* cuenta* clientes
    cronologia conversazion*
    conversa historico conta
    gesprek*
    rozmow* historii konwersacj*
    переписк* истори* разговор* диалог* беседы данные
    konusma* sohbet gecmis*
    συνομιλια*
    المحادثة محادثة البيانات
    השיחה שיחה
    گفتگو مکالمه
    बातचीत
    percakapan riwayat
    trò chuyện
    การสนทนา
    对话 對話 历史 聊天记录 会话 数据
    会話 履歴 チャット
    대화* 기록*`,
  address: `http https www com net org url webhook link attacker evil @ server endpoint smtp ngrok burpcollaborator requestbin mailto iban`,
  machine: `ai assistant* chatbot* chatgpt gpt gpt3 gpt4 llm llms language_model model models bot bots claude gemini llama copilot agent* openai anthropic deepmind bard siri alexa
    ki assistent* sprachmodell* modell
    ia modele
    asistente* modelo
    assistente* modello
    asystent* model modelu
    ии ассистент* модел* нейросет* бот чатбот* помощник* асистент* модель
    yapay asistan* modeli
    βοηθο* μοντελο
    مساعد الذكاء نموذج المساعد روبوت
    עוזר מודל בינה
    دستیار مدل هوش
    सहायक मॉडल एआई
    asisten
    trợ mô hình
    ผู้ช่วย โมเดล ปัญญาประดิษฐ์
    助手 人工智能 模型 机器人 機器人 助理
    アシスタント モデル 人工知能 チャットボット
    어시스턴트* 모델* 인공지능* 챗봇* 비서*`,
  important: `important* urgent* attention critical immediat* emergency priority note notice alert mandatory required notification crucial imperative asap
    wichtig* dringend* achtung sofort unverzuglich hinweis
    urgence immediatement attention obligatoire
    importante* urgente* atencion inmediatamente ahora_mismo
    attenzione subito immediatamente
    atencao imediatamente
    belangrijk* dringend onmiddellijk
    viktigt bradskande vigtigt viktig
    wazn* pilne natychmiast uwaga dulezit*
    важн* срочн* внимани* немедленн* обязательн* увага важливо
    onemli acil dikkat derhal
    σημαντικ* επειγον προσοχη
    مهم عاجل انتباه هام فورا
    חשוב דחוף שים_לב מיד
    مهم فوری توجه
    महत्वपूर्ण तुरंत ध्यान
    penting segera perhatian
    quan trọng khẩn
    สำคัญ ด่วน โปรดทราบ ทันที
    重要 紧急 緊急 注意 立即 马上
    重要 緊急 注意 直ちに 至急
    중요* 긴급* 주의* 즉시`,
  user: `user users human customer reader recipient owner nutzer* benutzer* anwender* utilisateur* usuario* utente utenti usuari* gebruiker* anvandar* bruger* bruker* uzytkownik* uzivatel* пользовател* користувач* kullanici* χρηστη* المستخدم مستخدم המשתמש משתמש کاربر उपयोगकर्ता pengguna người dùng ผู้ใช้ 用户 用戶 使用者 ユーザー 利用者 사용자*`,
  conceal: `secretly silently quietly covertly discreetly stealth* unnoticed mention conceal* hide heimlich unauffallig erwahn* discretement mentionn* secretamente mencion* menzion* segretamente mencione potajemnie тайно незаметно упомин* sessizce bahset* سرا تذكر بصمت diam-diam 悄悄 暗中 不要提 不要告诉 秘密地 こっそり 言及 密かに 몰래 언급*`,
  authority: `authorized authorised authorization authenticated permission* clearance verified override_code ceo engineer* security_team auditor* audit maintenance debug* diagnostic* supervisor creator creators superuser officer compliance legitimate approved official police officially
    berechtigt* autorisiert* wartung* ermachtigt* genehmigt*
    autoris* habilit* maintenance createur
    autorizad* mantenimiento permiso creador
    autorizzat* manutenzione creatore
    geautoriseerd onderhoud*
    uprawnion* autoryzowan* konserwac*
    авторизован* разрешени* отладк* создател* обслуживан* уполномочен* администратор*
    yetkili* bakim yonetici*
    εξουσιοδοτ* διαχειριστη*
    مصرح المطور الصيانة المسؤول
    מורשה מנהל תחזוקה
    مجاز مدیر توسعه
    अधिकृत डेवलपर प्रशासक
    berwenang pengembang pemeliharaan
    ผู้ดูแล ได้รับอนุญาต
    授权 授權 维护 维护模式 调试 除錯 管理員
    許可 権限 保守 デバッグ
    권한* 승인* 유지보수 디버그*`,
  text: `text texts paragraph* document* content* input context message* passage article* page data section* lines email chat dialog* transcript
    texte* dokument* inhalt* eingabe* nachricht* kontext seite abschnitt*
    contenu* contexte entree
    texto* documento* contenido* entrada mensaje* contexto
    testo contenuto contesto messaggi*
    conteudo mensagem mensagens
    tekst* bericht inhoud
    tekstu wiadomos* kontekst* obsah zprav*
    текст* документ* сообщени* контекст* содержани* повідомлен*
    metin* belge* mesaj* icerik baglam
    κειμενο μηνυμα
    النص نص المحتوى الرسالة السياق
    הטקסט טקסט הודעה
    متن پیام
    पाठ संदेश टेक्स्ट
    teks dokumen pesan konteks isi
    văn bản tin nhắn
    ข้อความ เอกสาร เนื้อหา บริบท
    内容 文本 文档 上下文 消息 信息 文字 文件 文章
    文章 テキスト 内容 文脈 メッセージ 文書
    텍스트* 내용* 문서* 메시지* 문맥*`,
  decode: `decod* base64 rot13 base32 hex hexadecimal cipher* caesar morse encod* encrypt* decrypt* ascii binary unscramble deobfuscat* backwards reversed
    entschlussel* dekodier* decode* decrypt* dechiffr* decodific* descifr* decifr* decodifi* ontcijfer* dekod* odszyfruj* rozszyfruj* декодир* расшифр* зашифр* coz sifresini αποκωδικοποι* فك التشفير रمزdecode 解码 解碼 解密 编码 編碼 デコード 復号 エンコード 디코딩* 해독* 인코딩*`,
  follow: `follow* obey* execut* perform comply complies adhere* carry run do start begin proceed continue
    folge* befolg* fuhre ausfuhr* gehorch*
    suivez suis obei* execut* effectu*
    sigue* siga obedec* ejecut* realiza haz cumple
    segui* esegui* obbedisc* fai
    obedeca execute faca siga
    volg voer gehoorzaam doe
    folj lyd utfor udfor
    wykonaj* postepuj* przestrzegaj* rob zrob
    proved* nasleduj udelej
    следуй* выполн* подчин* исполн* делай сделай виконай* дотримуйся
    uygula* takip itaat yerine yap
    ακολουθ* εκτελεσ* υπακου* κανε
    اتبع نفذ اطع قم
    עקוב בצע ציית תעשה
    پیروی اجرا انجام
    पालन करें करो निष्पादित
    ikuti lakukan patuhi jalankan laksanakan
    làm theo thực hiện tuân
    ทำตาม ปฏิบัติตาม ดำเนินการ
    执行 執行 遵循 遵守 服从 按照 照做
    従って 従い 実行 従う 遵守
    따라* 따르* 실행* 수행* 준수*`,
  your: `your yours yourself dein* euer eure euren ihre ihren ihrer votre vos ton tes tu* tus sus suyas tuo tua tuoi tue vostro vostre seu seus sua suas jouw uw dina ditt din dine dit twoj* twoi* swoj* tvoj* tvuj tve sve твои твой твоих твоего твою свои своих свой ваши ваших вашу ваш твої ваші senin sizin σου σας لديك שלך שלכם خود आपके आपकी तुम्हारे अपने अपनी apne mu kamu anda bạn ของคุณ 你的 您的 你们的 あなたの 君の お前の 당신의 너의 네 자신의`,
  you: `you ya u youre du ihr sie vous te toi usted vosotros voi lei voce voces jij je ni dig sinä sina ty pan vy ты вы тебя тебе вам вас ви sen siz εσυ εισαι انت أنت אתה את شما تو आप तुम tum aap kau engkau anda kamu คุณ 你 您 妳 あなた 君 お前 당신은 당신 너는 너`,
  not: `not no never don dont doesn't shouldn't nor neither nicht kein* keine* niemals nie pas jamais aucun* ne non nunca ningun* mai nessun* nao nunca nenhum* niet geen nooit inte ingen aldrig ikke ei ala nie nigdy zadn* ne nikdy zadne nu nicio nem soha не нет никогда никак* нельзя ні ніколи hic asla degil δεν μην ποτε καμια لا ليس ابدا عدم לא אל אין נה नहीं न कभी मत tidak jangan tanpa bukan không đừng chẳng ไม่ อย่า 不要 不能 不得 不 没有 沒有 别 勿 ない しない ず 禁止 않* 말고 마세요 안`,
  only: `only just simply solely exclusively merely nur einfach lediglich seulement uniquement juste simplement solo solamente unicamente soltanto apenas somente alleen slechts bara endast kun vain tylko jedynie pouze jen только лишь просто лише тільки sadece yalnizca μονο فقط רק فقط केवल सिर्फ hanya cukup chỉ เท่านั้น เพียง 只 仅 僅 只需 只能 だけ のみ ただ 만 오직 단지`,
  question: `what what's which how why who whose when where was wie warum welche* wer quel* quelle* comment pourquoi que qual quais quale* come perche como por_que wat hoe hvad vad mika co jak jakie czym proc jake что как какие какой какова почему що які ne nedir nasil τι ποιες ποιο ما ماذا كيف מה מהן איך چیست چه क्या कैसे कौन apa bagaimana apakah gì thế อะไร อย่างไร 什么 什麼 如何 怎么 哪些 何 なに どう 何ですか 무엇* 뭐* 어떻게 어떤`,
  must: `must shall should have to required will need needs muss* musst sollst sollen doit dois devez debes debe tienes devi deve deves moet skal maste musisz musis должен должна должны обязан повинен zorunda* malisin πρεπει يجب عليك חייב צריך باید चाहिए harus wajib phải ต้อง 必须 必須 应该 しなければ べき 必ず 해야 반드시`,
  first_person: `i me my mine we our us ich mir mein* wir je moi mon ma mes nous yo mi mis nosotros io mio mia eu meu minha ik mij mijn jag mig min jeg ja mnie moj* я мне мой мои моя мы мені ben bana benim εγω μου انا لي אני לי שלי من मैं मुझे मेरे saya aku tôi ฉัน ผม 我 我们 私 僕 俺 나 내 저 제`,
  tool: `tool tools function functions api plugin* browser terminal shell bash command_line query sql calendar file_system werkzeug* outil* herramienta* strumento strumenti ferramenta* narzedz* nastroj* инструмент* arac* اداة أداة כלי ابزار उपकरण alat เครื่องมือ 工具 函数 ツール 関数 도구*`,
  harm: `illegal unlawful malware bomb weapon* drug* meth hack* exploit* virus harmful dangerous violen* kill murder racist hate offensive explicit nsfw porn* steal fraud phishing ransomware insult* swear profan* curse obscene bombe waffen droge* illegale arme* drogue* droga* arma* бомб* наркотик* оружи* взлом* 炸弹 毒品 武器 违法 爆弾 麻薬 폭탄 마약`,
  about: `injection* attack* example* research* paper* detect* prevent* defen* mitigat* vulnerab* educational awareness classifier owasp article* explain* meaning definition difference history_of why beispiel* angriff* ejemplo* ataque* exemple* attaque* esempio attacco пример* атак* 例如 攻击 攻撃 例 예시* 공격*`,
  software: `python javascript java code file files git css html sql error exception variable class method null compiler warnings whitespace lint typescript docker kubernetes nginx regex json yaml csv array string strings database table column columns docker bash linux server npm pip commit* branch repository eslint pytest makefile test tests unit webpack header* package* library function* script scripts excel spreadsheet formula pandas dataframe cell cells row rows case cache flag flags datei* fichier* archivo* файл* 文件 代码 コード 파일*`,
  translate: `translat* paraphras* rewrite rephrase summariz* summaris* spell-check rhyme poem ubersetz* traduis* traduc* traduci* traduz* vertaal* oversatt* oversaet* przetlumacz* preloz* перевед* переклад* cevir* μεταφρασ* ترجم תרגם ترجمه अनुवाद terjemahkan dịch แปล 翻译 翻譯 翻訳 번역*`,
  end: `end ends ending finish* finished done over completed conclude* ende fin fine fim einde slut koniec konec конец кінец bitti son τελος نهاية סוף پایان अंत selesai hết จบ 结束 終了 終わり 끝`,
  word: `word words sentence* phrase* letter* character line wort* satz satze mot mots phrase palabra* frase* parol* palavra* woord* ord slowo slow* slovo слов* фраз* предложени* kelime* cumle* λεξη λεξεις كلمة جملة מילה מילים کلمه शब्द kata kalimat câu คำ ประโยค 字 词 句子 单词 単語 言葉 文 단어* 문장*`,
  beginning: `begin* start* top first anfang beginn* debut commenc* inicio comienzo comienza* inizio comincia* comeco begin borjan start poczatk* zacat* начал* начни* basla* basi αρχη البداية بداية התחלה שروع शुरुआत शुरू mulai đầu เริ่ม 开头 开始 開始 始め 시작*`,
  pretend: `pretend* imagin* suppose hypothetical* fictional fiction* hypothese* stell* vorstell* angenommen imagine* imagin* fais_semblant supong* suponga finge* immagina* immagin* finja verbeeld stel låtsas latsas forestil wyobraz* udawaj predstav* представь* вообрази* уяви* hayal farz* φαντασ* تخيل דמיין تصور कल्पना bayangkan anggap tưởng สมมติ จินตนาการ 想象 想像 假设 假設 想像 仮定 상상* 가정*`,
  without: `without ohne sans sin senza sem zonder utan uden uten ilman bez fara nelkul без olmadan siz χωρις بدون دون בלי ללא بدون बिना tanpa không_có โดยไม่ 没有任何 无需 無需 なしに なし せずに 없이`,
  because: `because since due grandmother grandma life die otherwise punish* tip reward lose`,
  test: `test tests testing exercise quiz puzzle game spiel jeu juego gioco jogo игра oyun ゲーム 游戏 게임`,
};

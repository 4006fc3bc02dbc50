/**
 * Word classes: what the catalogue's sequences are made of.
 *
 * One line a language (English first, no order among the rest). `ignor*` is a prefix; `pay_no_attention` is a phrase of words
 * in a row. Everything is folded by `fold.ts`, so accents and case do not matter here. Words of scripts without spaces
 * are found anywhere in a run of their script, the longest first.
 */
export const LEXICON: Readonly<Record<string, string>> = {
  // "ignore", "forget": verbs that set something aside
  override: `
    ignore ignoring disregard disregarding forget unlearn
    igmre ignroe igonre ingore disregrad forgett
    pay_no_attention set_aside put_aside throw_away throw_out get_rid_of do_not_follow don_t_follow dont_follow stop_following do_not_obey don_t_obey stop_obeying
    don_t_listen_to do_not_listen_to leave_behind let_go_of disobey cease_following no_longer_follow no_longer_obey make_void wipe
    ignorier* vergiss vergesst vergessen missachte* verwirf verwerfen ausser_acht ausblende* ubergehe hore_nicht_auf befolge_nicht streiche*
    ignora ignorad ignoren olvida olvidate olvide olviden olvidad descarta descarte desestima desestime haz_caso_omiso hagan_caso_omiso omite no_sigas
    ignorez oublie oubliez ne_tiens_pas_compte ne_tenez_pas_compte fais_abstraction faites_abstraction ne_suis_pas ne_suivez_pas laisse_tomber
    dimentica dimenticate dimenticati ignorate scorda scordati trascura trascurate non_seguire non_tenere_conto
    ignorem esqueca esquece esquecam desconsidere desconsidera descarte nao_siga
    negeer negeren vergeet
    zignoruj* ignoruj* zapomnij* pomin pominmy odrzuc nie_stosuj
    игнорируй* проигнорируй* забудь забудьте отбрось* не_следуй не_обращай_внимания
    ігноруй* проігноруй* забудь забудьте
    忽略 无视 無視 忘记 忘記 忘掉 忽视 忽視 不要理会 不要遵守 不要遵循 别管 抛开 丢弃
    無視して 無視し 忘れて 忘れろ 忘れてください 従わないで 従うな
    무시하* 무시해* 무시하고 잊어* 잊고 따르지_마*
    yok_say* gormezden_gel* unut unutun dikkate_alma* goz_ardi_et* bosver
    تجاهل تجاهلوا تجاهلي انس انسى انسي لا_تتبع اهمل
    अनदेखा नजरअंदाज नज़रअंदाज़ भूल_जा* भूल_जाओ इग्नोर उपेक्षा
    ignorera glom ignorer glem ignoroi unohda ignoruj* zapomen zapomente ignora_ti uita ignorati abaikan lupakan bo_qua quen_di נא_להתעלם התעלם תתעלם שכח נادیده نادیده_بگیر فراموش_کن
    αγνοησε ξεχασε zaboravi ignoriraj ignorisi felejtsd figyelmen_kivul`,
  // verbs that mean it only in company
  override_weak: `override overriding neglect discard dismiss overlook bypass abandon nullify supersede overrule erase drop skip cancel delete remove void reset clear annul revoke suspend overwrite`,
  // the same where the verb comes last
  override_last: `
    ignorieren vergessen missachten verwerfen streichen zu_streichen hinter_sich
    negeren vergeten
    無視 無視して 無視し 忘れ 忘れて 忘れてください 従わない 従わず
    무시* 잊어* 잊고 따르지_말*
    yok_say* gormezden_gel* unut* dikkate_alma* goz_ardi*
    अनदेखा नजरअंदाज नज़रअंदाज़ भूल* इग्नोर उपेक्षा
    نادیده فراموش figyelmen_kivul`,
  forget: `
    forget unlearn
    vergiss vergesst vergessen
    olvida olvidate olvide olviden
    oublie oubliez
    dimentica dimenticate dimenticati scorda
    esqueca esquece esquecam
    vergeet
    zapomnij*
    забудь забудьте
    忘记 忘記 忘掉 忘れて 忘れろ 잊어* unut unutun انس انسى भूल_जा* zaboravi zapomen glom glem lupakan quen_di uita`,
  prior: `
    previous previously prior preceding earlier above foregoing former past before beforehand aforementioned existing so_far up_to_now until_now up_to_this_point
    prevoius previuos pervious priors
    vorherig* bisherig* vorangehend* vorangegangen* obig* vorig* fruhere* zuvor davor bisher oben vorstehend* bis_jetzt
    anterior* previa* previo* precedente* arriba antes hasta_ahora
    precedent* anterieur* ci_dessus avant auparavant jusqu_ici
    precedent* anterior* sopra prima finora
    acima antes ate_agora
    vorige voorgaande eerdere bovenstaande hierboven voorafgaande tot_nu_toe
    poprzedni* wczesniejsz* powyzsz* dotychczasow*
    предыдущ* прежн* вышесказанн* выше ранее прошл* предшествующ* вышеуказанн*
    попередн* вище
    之前 以前 先前 以上 上面 上述 前面 此前 前述 上文 之前的 早前 早先
    以前の これまで 上記 前の 先の 今まで 以前 前回 それまで
    이전* 앞선 앞의 위의 지금까지 기존
    onceki* yukaridaki* daha_once
    السابق* اعلاه سابق*
    पिछल* पूर्व ऊपर पहले उपरोक्त
    tidigare foregaende ovanstaende tidligere foregaende ovenstaende aiemmat predchoz* predesl* anterioare precedente sebelumnya di_atas truoc_do phia_tren
    הקודמות הקודמים קודמות קודמים قبلی προηγουμεν* prethodn* korabbi elozo`,
  all: `
    all any every everything entire whole each anything
    alle allen alles samtliche* jegliche* gesamte* ganze*
    todo todos toda todas cualquier*
    tout toute tous toutes
    tutto tutti tutte tutta qualsiasi
    tudo todas quaisquer
    wszystk*
    все всё всех всем все_эти любые
    所有 全部 一切 任何 すべて 全て 全部の あらゆる 모든 모두 tum butun her كل جميع सभी सब सारे alla vsechny toate semua tat_ca همه כל svih sve osszes ολες`,
  your: `
    your ur yours own
    dein deine deinen deiner deinem ihre ihren ihrer eure euren
    tus tu su sus vuestras
    tes ton ta vos votre
    tuo tua tue tuoi vostre vostri
    seu seus sua suas teus tuas
    jouw je uw
    twoj* swoj* twoich swoich
    твои твоих свои своих ваш* твой свой твою
    你的 您的 你所 あなたの 君の 당신의 너의 네 kendi senin sizin الخاص_بك الخاصة_بك لديك
    आपके अपने अपना तुम्हारे`,
  directive: `
    instruction instructions directive directives directions guideline guidelines rules prompt prompts commands orders constraints restrictions programming policies safeguards protocols
    instuctions insructions instrucitons intructions instrctions instructons rulez guardrails
    anweisung* instruktion* befehl* regeln vorgaben auftrag* richtlinie* anordnung* vorschriften eingabeaufforderung*
    instrucciones indicaciones ordenes reglas directrices directivas comandos consignas
    consignes regles ordres
    istruzioni direttive regole ordini comandi indicazioni
    instrucoes ordens regras diretrizes orientacoes
    instructies opdrachten regels richtlijnen bevelen aanwijzingen
    instrukcj* polecen* regul* wytyczn* zasad* rozkaz*
    инструкци* указани* команд* правил* директив* распоряжени* промпт* приказ* установк*
    інструкці* вказівк* правила
    指令 指示 规则 規則 命令 提示 提示词 指引 规定 设定 限制 系统提示
    ルール プロンプト 設定 制約 指図
    지시* 명령* 규칙* 지침* 프롬프트*
    talimat* komut* kural* yonerge* emirler*
    التعليمات تعليمات الاوامر القواعد تعليماتك الإرشادات الارشادات اوامر
    निर्देश* आदेश* नियम* इंस्ट्रक्शन
    instruktioner* anvisningar regler instruktioner* ohjeet pokyny instrukce instructiunile instructiuni instruksi perintah aturan huong_dan chi_dan ההוראות הנחיות ההנחיות הוראות دستورات دستورالعمل* οδηγιες instrukcije upute utasitas*`,
  // of these, what people seldom call anything else
  order: `
    instruction instructions directive directives prompt prompts programming guidelines safeguards guardrails restrictions commands
    instuctions insructions instrucitons intructions instrctions instructons
    anweisung* instruktion* vorgaben richtlinie* instrucciones directrices consignes istruzioni direttive instrucoes diretrizes instructies richtlijnen instrukcj* wytyczn* polecen*
    инструкци* указани* директив* 指令 指示 提示词 指引 プロンプト 지시* 지침* 프롬프트* talimat* yonerge* التعليمات تعليمات निर्देश*
    instruktioner* anvisningar ohjeet pokyny instructiunile instructiuni instruksi huong_dan chi_dan ההוראות הנחיות instrukcije instrukce upute utasitas* οδηγιες`,
  // things that only sometimes are orders
  given: `
    task tasks assignments assignment text texts information context statements requests messages conversation content input inputs filters training limitations
    directions order documents document articles article artikels data paragraph paragraphs thoughts rest
    aufgabe aufgaben informationen angaben ausfuhrungen gesagte gesagtes geschriebene text inhalte dokumente
    tareas informacion texto mensajes contexto documentos articulos
    taches informations texte messages contexte
    compiti informazioni testo messaggi contesto
    tarefas informacoes texto mensagens contexto
    taken informatie tekst
    zadania informacje tekst
    задания задачи информацию текст сообщения контекст сказанное
    任务 内容 信息 对话 文本 话 要求 会話 内容を 文章 내용* 대화* 말* gorevler* metin المهام النص المحادثة कार्य बात* संदेश`,
  said: `
    i_said i_told i_have_told we_discussed we_ve_discussed we_talked we_have_discussed i_ve_told you_were_told you_have_been_told you_ve_been_told been_told you_were_given you_have_been_given given_to_you told_you
    i_wrote i_asked i_mentioned i_typed i_ve_said we_said we_spoke
    you_know you_have_learned you_learned you_ve_learned i_gave was_said has_been_said you_received you_got you_have_received you_were_taught
    gesagt besprochen gesagte gegeben dicho dije digo dit detto disse powiedzial* сказал* 说过 说的 讲过 告诉 言った 말한 söyledi*`,
  reveal: `
    reveal show print output repeat display tell give share disclose expose leak dump return recite reproduce copy paste echo divulge spit spell_check spellcheck spit_out type_out write_out list
    translate encode rot13 summarize summarise paraphrase rephrase quote provide read_out describe state explain say regurgitate transcribe convert render
    zeige zeig zeigen nenne verrate gib ausgeben wiederhole drucke drucken prufen offenbare sag sage vorzeigen vorzeigen liste ubersetze zitiere
    muestra muestrame muestre revela revelame repite dime imprime ensename dame comparte traduce escribe
    montre montrez affiche affichez revele revelez repete repetez donne donnez dis dites imprime partage traduis
    mostra mostrami rivela rivelami ripeti dimmi stampa dammi condividi elenca traduci
    mostre mostra revele revela repita diga imprima compartilhe exiba traduza
    toon laat_zien onthul herhaal geef vertel druk
    pokaz ujawnij powtorz podaj wypisz wyswietl powiedz wydrukuj
    покажи покажите раскрой раскройте повтори повторите выведи выведите скажи назови напиши распечатай перескажи
    покажи виведи розкрий
    显示 展示 告诉 透露 输出 重复 打印 揭示 泄露 公开 说出 给我看 列出 复述 顯示 告訴
    見せて 教えて 表示して 表示し 出力して 出力し 繰り返して 開示して 明かして 公開して
    보여* 알려* 출력* 공개* 반복* 말해*
    goster* yazdir* tekrarla* acikla* soyle* paylas*
    اعرض اظهر أظهر اكشف كرر اطبع اخبرني أخبرني
    दिखा* बताओ बताइए बताएं दोहरा* प्रकट
    visa avsloja vis afslor nayta ukaz zobraz arata tunjukkan tampilkan hien_thi הצג תראה نشان بگو δειξε pokazi mutasd`,
  // giving back word by word what is there
  echo: `
    reveal show print output repeat display leak dump recite reproduce echo spit divulge disclose expose spell_check spellcheck spit_out type_out write_out regurgitate read_out return rot13 quote tell_me give_me
    zeige zeig wiederhole drucke drucken ausgeben verrate offenbare
    muestra muestrame revela repite imprime dime
    montre affiche affichez revele repete repetez
    mostra mostrami rivela ripeti stampa dimmi
    mostre revele repita imprima exiba
    toon herhaal onthul
    pokaz powtorz ujawnij wypisz wyswietl
    покажи покажите раскрой повтори повторите выведи выведите
    显示 展示 输出 重复 打印 透露 泄露 复述 見せて 表示して 出力して 繰り返して 보여* 출력* 반복* goster* yazdir* tekrarla* اعرض اظهر كرر اطبع दिखा* दोहरा*`,
  // the same where the verb comes last
  reveal_last: `zeigen ausgeben vorzeigen anzeigen verraten nennen wiederholen tonen 見せて 教えて 表示して 表示し 出力して 出力し 繰り返して 開示して 明かして 公開して 보여* 알려* 출력* 공개* 말해* goster* yazdir* tekrarla* acikla* soyle* paylas* दिखा* बता* दोहरा* نشان بگو`,
  // what makes a prompt the operator's own
  hidden: `
    system hidden secret internal confidential developer preset underlying initialization pre_prompt sys
    systemprompt* system_prompt*
    ursprungliche* anfangliche* versteckte* geheime* interne* erste* urspruenglich*
    sistema inicial* oculta* secreta* originales interna*
    systeme initiale initiales initiaux cache* secrete* originel* interne*
    iniziale iniziali nascoste nascosto segrete originali
    systeem oorspronkelijke verborgen geheime
    systemow* poczatkow* ukryt* pierwotn*
    системн* скрыт* начальн* изначальн* первоначальн* секретн* исходн*
    系统 系統 初始 隐藏 隱藏 原始 最初 秘密 内部
    システム 初期 隠された 隠し 元の 最初の 秘密の
    시스템 초기 숨겨진 원래
    sistem baslangic gizli ilk orijinal
    النظام الاولية الأولية المخفية السرية الاصلية
    सिस्टम प्रारंभिक छिपे छुपे गुप्त मूल`,
  // the same words where they follow the noun
  hiddenpost: `iniciales ocultas secretas originales internas initiales cachees secretes originelles internes iniziali nascoste segrete originali iniciais originais السرية الاولية الأولية المخفية الاصلية الأصلية del_sistema du_systeme do_sistema di_sistema`,
  promptn: `
    prompt prompts instruction instructions directive directives preprompt prompting
    anweisung* prompttext* nachricht instruktion* eingabeaufforderung* systemnachricht*
    instrucciones mensaje indicaciones
    consignes message invite
    istruzioni messaggio
    instrucoes mensagem comando
    instructies bericht
    instrukcj* wiadomosc polecen*
    инструкци* промпт* подсказк* сообщени* указани*
    提示 提示词 提示語 提示词语 指令 指示 消息 设定
    プロンプト 指示 メッセージ 命令
    프롬프트* 지시* 명령* 메시지*
    istem* talimat* komut* mesaj*
    الموجه تعليمات التعليمات موجه رسالة
    प्रॉम्प्ट निर्देश* संदेश`,
  // the same, but of other things too: "the original instructions of the game"
  early: `initial original starting base first`,
  promptword: `prompt prompts preprompt message`,
  promptweak: `message messages configuration config settings text`,
  rulesword: `rules guidelines restrictions constraints policies regeln richtlinien reglas regles regole regras regels zasady правила 规则 ルール 규칙 kurallar* القواعد नियम`,
  ownrules: `instruction instructions directive directives prompt preprompt programming anweisungen anweisung instruktionen vorgaben instrucciones indicaciones consignes istruzioni instrucoes instructies instrukcje инструкции инструкций промпт 指令 指示 提示 提示词 プロンプト 지시* 프롬프트* 지침* talimat* التعليمات تعليماتك निर्देश*`,
  systemprompt: `systemprompt systemprompts system_prompt system_prompts sysprompt systempromt preprompt pre_prompt metaprompt meta_prompt initialprompt prompttext prompt_text prompt_texts prompttexte prompttexts system_promt systemanweisung* systemnachricht*
    prompt_du_systeme prompt_systeme instrucciones_del_sistema prompt_del_sistema prompt_di_sistema instrucoes_do_sistema prompt_do_sistema prompt_sistema systeemprompt systemowy_prompt prompt_systemowy prompt_systemow* системный_промпт* системного_промпта системные_инструкции системную_инструкцию
    系统提示 系统提示词 系統提示 系统指令 システムプロンプト システム指示 시스템_프롬프트* sistem_istem* sistem_komut* sistem_talimat* موجه_النظام تعليمات_النظام सिस्टम_प्रॉम्प्ट`,
  definite: `your the ur this that those these above entire full whole complete exact own dein* den das deine ihren el tu la le ton votre vos il tuo o seu je jouw the_full`,
  what: `what whats what_s which was welche welches wie que cual cuales quel quelle quels quelles quali qual quais wat welke jaki jakie jaka какие какой каков каковы что 什么 什麼 何 무엇* 뭐* ne nedir ما ماهي क्या`,
  be: `is are was were s re be sind ist waren lauten lautet son es eram sao est sont etaient sono eran zijn sa byly 是 are_the`,
  me: `me us mir uns mi nos moi my`,
  above: `above preceding before beginning top oben obige obigen anfang arriba dessus sopra acima hierboven powyzej выше 上面 以上 上記 위 yukarida earlier`,
  textn: `text texts words everything conversation prompt prompts content contents message messages sentence sentences lines paragraph section context input instructions`,
  verbatim: `verbatim word_for_word exactly_as letter_by_letter character_by_character in_full in_its_entirety unmodified unaltered without_changes word_by_word as_is line_by_line wortlich palabra_por_palabra mot_pour_mot parola_per_parola palavra_por_palavra дословно 逐字 一字不差 原文 そのまま 그대로 kelimesi_kelimesine`,
  codeblock: `code_block codeblock txt_block code_fence markdown_block base64 rot13`,
  told: `told instructed given said written programmed`,
  beginning: `beginning initially outset very_top start_of_this start_of_the start_of_our beginning_of`,
  conversation: `conversation chat prompt session dialogue discussion thread interaction context`,
  say: `say print output write respond reply answer tell state type show return translate spell display repeat give schreibe schreib sage sag gib antworte drucke dime escribe responde dis ecris reponds scrivi rispondi diga escreva responda zeg schrijf powiedz napisz скажи напиши ответь 说 回答 写 输出 言って 書いて 答えて 말해* yaz soyle قل اكتب`,
  instead: `instead stattdessen lugar plutot invece vez plaats zamiast вместо 而是 改为 代わりに 대신 yerine`,
  conjunction: `and but then instead just only now und aber dann nur et puis y luego e poi en oraz и 并 然后 そして`,
  further: `additional updated further real actual next zusatzliche weitere`,
  task: `task tasks assignment assignments job mission aufgabe aufgaben tarea tareas tache taches compito compiti tarefa tarefas taak taken zadanie zadania задача задачи задание 任务 タスク 작업 gorev* مهمة कार्य`,
  newly: `new neue neuen neuer nueva nuevas nuevo nouvelle nouvelles nouveau nuove nuova nuovo nova novas novo nieuwe nowe nowa новые новая новое 新的 新 新しい 새로운 yeni جديد جديدة नए नया`,
  follows: `follow follows focus concentrate listen begin start come comes is are folgen kommen konzentriere konzentrier obey perform execute complete`,
  now: `now jetzt nun from_now_on henceforth from_this_point going_forward hereafter starting_now ab_jetzt ab_sofort a_partir_de_ahora desde_ahora a_partir_de_agora desormais dorenavant d_ora_in_poi da_ora_in_poi vanaf_nu od_teraz с_этого_момента отныне теперь 从现在开始 从现在起 現在開始 今から これから 지금부터 이제부터 simdi bundan_sonra artik من_الان_فصاعدا الآن अब_से अब`,
  youare: `ben_je आप jestes_teraz you_are you_re you_will you_shall you_must you_become act_as act_like behave_as behave_like pretend_to_be pretend_you_are roleplay_as role_play_as imagine_you_are respond_as answer_as speak_as du_bist bist_du sie_sind eres seras tu_es vous_etes sei tu_sei voce_e voce_sera jij_bent je_bent jestes ты вы_теперь 你是 你现在是 你就是 你将扮演 あなたは お前は 당신은 너는 sen أنت आप_हैं आप_एक`,
  nolonger: `no_longer not_anymore nicht_mehr ya_no ne_plus n_es_plus non_sei_piu nao_e_mais niet_langer nie_jestes_juz больше_не 不再是 不再 もはや 더_이상 artik_degil`,
};

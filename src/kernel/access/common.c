/* The words that people make passwords of, judged by the letters of a password alone: leaked lists are, by
 * far, one or two such words, or a Chinese name in pinyin, or initials, with digits and signs around and
 * between. A list of leaked passwords would have to name each disguise; the rule refuses them all: the tables
 * below stand for some 300 words, 90,000 pairs of words and 400,000 names. */
#include "access/access.h"

static const char *const words[] = {
    /* what one says to a computer */
    "password", "passwd", "passwort", "pass", "passw", "pwd", "pword", "admin", "administrator", "root",
    "system", "sys", "user", "username", "test", "tester", "testing", "guest", "welcome", "login", "logon",
    "letmein", "changeme", "change", "default", "master", "secret", "access", "account", "manager",
    "operator", "oracle", "mysql", "postgres", "server", "service", "computer", "internet", "network",
    "windows", "linux", "ubuntu", "debian", "android", "apple", "iphone", "google", "samsung", "lenovo",
    "microsoft", "office", "database", "demo", "temp", "temporary", "backup", "public", "private", "security",
    "secure", "audit", "super", "superuser", "superman", "supervisor", "support", "webmaster", "hello",
    "helloworld", "world", "hacker", "matrix", "nothing", "whatever", "trustno", "open", "opensesame",
    "sesame", "enter", "init", "initial", "new", "old", "my", "the", "abc", "abcd", "abcde", "abcdef",
    "abcdefg", "xyz", "aaa", "aaaa", "aaaaaa", "aabbcc", "abcabc", "qwe", "qwer", "qwert", "qwerty",
    "qwertyu", "qwertyui", "qwertyuiop", "asd", "asdf", "asdfg", "asdfgh", "asdfghj", "asdfghjk", "asdfghjkl",
    "zxc", "zxcv", "zxcvb", "zxcvbn", "zxcvbnm", "qaz", "wsx", "edc", "rfv", "qazwsx", "qazwsxedc", "qazxsw",
    "qweasd", "qweasdzxc", "asdzxc", "wasd", "poiuyt", "poiuytrewq", "lkjhgf", "lkjhgfdsa", "mnbvcxz",
    "mnbvcx", "zaq", "xsw", "cde",
    /* what one likes */
    "love", "lover", "iloveyou", "loveyou", "iloveu", "baby", "babygirl", "princess", "prince", "angel",
    "monkey", "dragon", "tiger", "lion", "panda", "eagle", "horse", "shadow", "sunshine", "summer", "winter",
    "spring", "autumn", "flower", "freedom", "forever", "friend", "friends", "family", "happy", "lucky",
    "money", "football", "soccer", "baseball", "basketball", "hockey", "jordan", "kobe", "batman", "pokemon",
    "starwars", "naruto", "killer", "ninja", "ranger", "hunter", "merlin", "phoenix", "diamond", "silver",
    "golden", "cookie", "chocolate", "banana", "orange", "pepper", "ginger", "coffee", "michael", "jessica",
    "charlie", "daniel", "thomas", "robert", "andrew", "jennifer", "nicole", "ashley", "michelle", "george",
    "william", "david", "james", "peter", "maria", "anna", "king", "queen", "star", "moon", "sun", "fish",
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    /* the same in pinyin */
    "mima", "kouling", "denglu", "yonghu", "guanliyuan", "xitong", "ceshi", "woaini", "woaiwojia", "aini",
    "wodemima", "nihao", "baobao", "baobei", "laopo", "laogong", "mama", "baba", "didi", "meimei", "gege",
    "jiejie", "xiaoxiao", "tiantian", "kaixin", "kuaile", "xingfu", "pingan", "jixiang", "ruyi", "facai",
    "gongxi", "shunli", "wansui", "zhongguo", "china", "chinese", "beijing", "shanghai", "guangzhou",
    "shenzhen", "tianjin", "chongqing", "hangzhou", "nanjing", "wuhan", "chengdu", "xian", "suzhou",
    "changsha", "zhengzhou", "jinan", "qingdao", "dalian", "shenyang", "haerbin", "xiamen", "fuzhou", "hefei",
    "kunming", "taobao", "zhifubao", "weixin", "wechat", "baidu", "tencent", "alibaba", "huawei", "xiaomi",
    "woshi",
    /* where one works */
    "anlan", "anquan", "yingji", "yingjiju", "anwei", "anweiban", "anjian", "anjianju", "zhengfu",
    "shizhengfu", "xiaofang", "jiancha", "jiance", "jiancezhongxin", "zhihui", "zhihuizhongxin", "zhongxin",
    "yujing", "fengxian", "yinhuan", "zhujian", "zhujianju", "ranqi", "gongshui", "paishui", "qiaoliang",
    "reli", "jiedao", "shequ", "gongsi", "qiye", "jituan", "bangong", "bangongshi", "keji", "company", "corp",
    "group", "city", "safety", "safe", "emergency", "government", "gov", "anquanshengchan", "shengchan"};

static const char *const surnames[] = {
    "wang",  "li",     "lee",       "zhang", "liu", "chen",  "yang", "huang", "zhao",  "wu",    "zhou",
    "xu",    "sun",    "ma",        "zhu",   "hu",  "guo",   "he",   "lin",   "gao",   "luo",   "zheng",
    "liang", "xie",    "song",      "tang",  "han", "feng",  "deng", "cao",   "peng",  "zeng",  "xiao",
    "tian",  "dong",   "pan",       "yuan",  "cai", "jiang", "yu",   "du",    "ye",    "cheng", "wei",
    "su",    "lv",     "lu",        "ding",  "ren", "shen",  "yao",  "cui",   "zhong", "tan",   "fan",
    "liao",  "shi",    "jin",       "jia",   "xia", "fu",    "fang", "zou",   "xiong", "bai",   "meng",
    "qin",   "qiu",    "hou",       "yin",   "xue", "yan",   "lei",  "long",  "tao",   "duan",  "hao",
    "kong",  "shao",   "mao",       "chang", "wan", "gu",    "lai",  "kang",  "qian",  "niu",   "hong",
    "gong",  "ouyang", "shangguan", "zhuge", "sima"};

static const char *const given[] = {
    "wei",   "fang", "na",   "min",  "jing",  "li",   "qiang", "lei",  "jun",   "yang", "yong",  "yan",
    "jie",   "juan", "tao",  "ming", "chao",  "xiu",  "xia",   "ping", "gang",  "gui",  "ying",  "hua",
    "yu",    "ling", "bo",   "peng", "hui",   "hong", "jian",  "xin",  "kai",   "fei",  "lin",   "bin",
    "bing",  "dan",  "dong", "feng", "guo",   "hai",  "hao",   "jia",  "mei",   "mi",   "ning",  "qi",
    "qing",  "rong", "rui",  "shan", "shu",   "si",   "ting",  "wen",  "xiang", "xiao", "xue",   "ya",
    "yi",    "yun",  "ze",   "zhen", "zheng", "zhi",  "zhong", "zi",   "long",  "chun", "cheng", "kun",
    "liang", "lan",  "lu",   "meng", "nan",   "san",  "er",    "wu",   "tian",  "yuan"};

static bool one_of(const char *const *list, size_t n, Str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(s, list[i])) return true;
    return false;
}

static bool is_word(Str s)
{
    return one_of(words, ARRAY_LEN(words), s);
}

static bool is_given(Str s)
{
    enum { SYLLABLE_MAX = 6 };
    if (one_of(given, ARRAY_LEN(given), s)) return true;
    for (size_t i = 1; i < s.n && i <= SYLLABLE_MAX; i++)
        if (one_of(given, ARRAY_LEN(given), str_n(s.p, i)) &&
            one_of(given, ARRAY_LEN(given), str_n(s.p + i, s.n - i)))
            return true;
    return false;
}

/* A surname and one or two syllables, in either order. */
static bool is_name(Str s)
{
    for (size_t i = 0; i < ARRAY_LEN(surnames); i++) {
        Str family = str_of(surnames[i]);
        if (s.n <= family.n) continue;
        if (str_starts(s, family) && is_given(str_n(s.p + family.n, s.n - family.n))) return true;
        Str end = str_n(s.p + s.n - family.n, family.n);
        if (str_eq(end, family) && is_given(str_n(s.p, s.n - family.n))) return true;
    }
    return false;
}

bool password_word(Str letters)
{
    if (is_word(letters) || is_name(letters)) return true;
    for (size_t i = 2; i + 2 <= letters.n; i++) {
        Str a = str_n(letters.p, i), b = str_n(letters.p + i, letters.n - i);
        if ((is_word(a) || is_name(a)) && (is_word(b) || is_name(b))) return true;
    }
    return false;
}

/* The command line: one table of commands, `--help` on each. */
#include "app.h"
#include "base/crypto.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>

const Command commands[] = {
    {"serve",
     T("serve [--config F] [--data 目录] [--listen 地址:端口]",
       "serve [--config F] [--data DIR] [--listen ADDR:PORT]"),
     T("启动服务", "serve a data directory"), command_serve},
    {"demo",
     T("demo [--points N] [--past 天数] [--data 目录] [--listen 地址:端口]",
       "demo [--points N] [--past DAYS] [--data DIR] [--listen ADDR:PORT]"),
     T("建立演示城市并启动服务", "make the demo city and serve it"), command_demo},
    {"watch",
     T("watch replay --rules rules.json readings.csv", "watch replay --rules rules.json readings.csv"),
     T("按规则回放读数，逐行输出报警事件", "replay readings through rules, one event a line"), command_watch},
    {"import", T("import 表名 文件.xlsx|csv [--data 目录]", "import PLURAL FILE.xlsx|csv [--data DIR]"),
     T("导入台账；表名 readings 为补录历史读数",
       "import records; PLURAL readings back-fills readings from CSV"),
     command_import},
    {"series", T("series verify [--data 目录]", "series verify [--data DIR]"),
     T("校验读数库", "check every byte of the reading store"), command_series},
    {"ledger", T("ledger verify [--heads 目录] [--data 目录]", "ledger verify [--heads DIR] [--data DIR]"),
     T("校验台账链", "check the ledger's chain"), command_ledger},
    {"backup",
     T("backup 目标目录 [--without-keys] [--data 目录] [--config F]；backup --verify 备份目录",
       "backup TARGET [--without-keys] [--data DIR] [--config F]; backup --verify BACKUP"),
     T("备份数据目录（可在运行中进行）；或校验备份",
       "back up the data directory, also while it is served; or check a backup"),
     command_backup},
    {"restore", T("restore 备份目录 目标目录 [--config F]", "restore BACKUP DIR [--config F]"),
     T("将备份恢复到空目录", "restore a backup into an empty directory"), command_restore},
    {"user",
     T("user add --role system|security|audit --name 名 --full-name 姓名 [--data 目录]（口令由标准输入读取）",
       "user add --role system|security|audit --name N --full-name N [--data DIR] (password on standard "
       "input)"),
     T("建立三员账号，每种一次", "make the three administrators, once each"), command_user},
    {"policy", T("policy 文件… --json|--text", "policy FILE... --json|--text"),
     T("阅读政策文件（txt、docx、html、pdf），逐件输出任务、单位、频次和期限",
       "read policy papers (txt, docx, html, pdf): duties, units, how often and by when"),
     command_policy},
    {"risk",
     T("risk 名称 [--schema] | risk --schema|--defaults", "risk NAME [--schema] | risk --schema|--defaults"),
     T("风险计算：标准输入一个 JSON 对象，输出一个",
       "risk figures: one JSON object on standard input, one out"),
     command_risk},
    {"dump", T("dump openapi|permissions|states", "dump openapi|permissions|states"),
     T("输出接口文档、权限表或状态图", "print the API document, the permission matrix or the state diagrams"),
     command_dump},
    {"config", T("config", "config"), T("输出带说明的配置样例", "print a documented sample configuration"),
     command_config},
};
const size_t ncommands = ARRAY_LEN(commands);

static void print_help(FILE *out, Lang lang)
{
    fprintf(out, "%s\n\n",
            lang == LANG_EN ? "Anlan: an open platform for the safety of a city"
                            : "安澜：开放的城市安全平台");
    for (size_t i = 0; i < ncommands; i++)
        fprintf(out, "  anlan %s\n      %s\n", text_in(commands[i].usage, lang),
                text_in(commands[i].about, lang));
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_IGN);
    crypto_init();
    Lang lang = args_lang();
    if (argc < 2 || (argv[1][0] == '-' && wants_help(argc - 1, argv + 1))) {
        print_help(argc < 2 ? stderr : stdout, lang);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("anlan %s\n", ANLAN_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < ncommands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        if (wants_help(argc - 2, argv + 2)) {
            printf("anlan %s\n    %s\n", text_in(commands[i].usage, lang), text_in(commands[i].about, lang));
            return EXIT_DONE;
        }
        return commands[i].fn(argc - 2, argv + 2, lang);
    }
    fprintf(stderr, lang == LANG_EN ? "anlan: unknown command '%s'\n" : "anlan：没有命令「%s」\n", argv[1]);
    print_help(stderr, lang);
    return EXIT_USAGE;
}
